import { command } from '../cli/command.ts';
import { heading } from '../cli/products.ts';
import { withProgress } from '../cli/progress.ts';
import { count, facts, percent } from '../cli/table.ts';
import { defaults, paths } from '../settings.ts';
import { places } from './options.ts';

export const explore = command({
  name: 'explore',
  summary: 'statistics and charts of the ratings, in the terminal and as a page',
  options: { ...places },
  async run({ dataDir, database }) {
    const { loadRatings } = await import('../pipeline/data.ts');
    const { explore: explored } = await import('../pipeline/explore.ts');
    const { exploreHtml } = await import('../pipeline/explore-report.ts');
    const { writeWhole } = await import('../pipeline/files.ts');
    const { openSystem } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, database }, { withModels: false });
    try {
      const ratings = await withProgress('Reading ratings', (onProgress) => loadRatings(system.data, { onProgress }));
      const found = explored(ratings);
      console.log(
        `\n${facts([
          ['ratings', found.ratings],
          ['users', found.users],
          ['products rated', found.items],
          ['ratings per user', (found.ratings / found.users).toFixed(2)],
          ['mean', found.mean.toFixed(2)],
          ...found.concentration.map(({ products, share }): [string, string] => [
            `share of the top ${count(products)} products`,
            percent(share),
          ]),
        ])}`,
      );
      console.log(`${heading('Stars')}\n${histogram(found.stars.map((n, k) => [`${k + 1}`, n]))}`);
      console.log(`${heading('Ratings per user')}\n${histogram(found.activity.map(({ label, users }) => [label, users]))}`);
      if (found.years.length > 0)
        console.log(`${heading('Years')}\n${histogram(found.years.map(({ year, ratings }) => [`${year}`, ratings]))}`);
      const { exploration } = paths(dataDir);
      writeWhole(exploration, exploreHtml(found));
      console.log(`\n${exploration}`);
    } finally {
      system.close();
    }
  },
});

/** Text bars, the longest 40 characters wide. */
function histogram(rows: [label: string, n: number][]): string {
  const most = Math.max(...rows.map(([, n]) => n), 1);
  const left = Math.max(...rows.map(([label]) => label.length));
  const total = rows.reduce((sum, [, n]) => sum + n, 0);
  return rows
    .map(
      ([label, n]) =>
        `  ${label.padStart(left)}  ${'█'.repeat(Math.round((n / most) * 40)) || (n > 0 ? '▏' : '')} ${count(n)} (${percent(n / total)})`,
    )
    .join('\n');
}
