import type { Exploration } from './explore.ts';
import { escapeHtml, page } from './page.ts';

/** The pictures of an exploration as one page. */
export function exploreHtml({ ratings, users, items, mean, stars, activity, years, popularity, concentration }: Exploration): string {
  const number = (n: number) => n.toLocaleString('en-US');
  return page(
    'What the ratings are like',
    `<p>${number(ratings)} ratings by ${number(users)} users of ${number(items)} products; ${(ratings / users).toFixed(2)} a user, mean ${mean.toFixed(2)}.
${concentration.map(({ products, share }) => `The ${number(products)} most rated products have ${(share * 100).toFixed(0)} % of all ratings.`).join(' ')}</p>
${figure('Ratings by stars', bars(stars.map((n, k) => [`${k + 1} ★`, n])))}
${figure('Users by how often they rated', bars(activity.map(({ label, users: n }) => [label, n])))}
${years.length > 0 ? figure('Ratings by year', bars(years.map(({ year, ratings: n }) => [`${year}`, n]))) : ''}
${figure('The long tail: ratings a product, by rank, both on a logarithmic scale', longTail(popularity))}`,
  );
}

const figure = (caption: string, svg: string) => `<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;

function bars(values: [label: string, n: number][]): string {
  const most = Math.max(...values.map(([, n]) => n), 1);
  const rows = values.map(([label, n], k) => {
    const y = k * 26;
    const width = (n / most) * 420;
    return `<text x="90" y="${y + 16}" text-anchor="end">${escapeHtml(label)}</text><rect class="bar" x="100" y="${y + 2}" width="${width.toFixed(1)}" height="19" rx="2"/><text x="${(108 + width).toFixed(1)}" y="${y + 16}">${n.toLocaleString('en-US')}</text>`;
  });
  return `<svg viewBox="0 0 620 ${values.length * 26}" role="img">${rows.join('\n')}</svg>`;
}

function longTail(popularity: readonly number[]): string {
  const [width, height] = [560, 240];
  const most = Math.log10(Math.max(popularity[0], 10));
  const last = Math.log10(Math.max(popularity.length, 10));
  const points: string[] = [];
  // Even steps on the logarithmic scale: two hundred points draw a million products.
  for (let step = 0; step <= 200; step++) {
    const rank = Math.min(popularity.length, Math.round(10 ** ((step / 200) * last)));
    points.push(
      `${(45 + (Math.log10(rank) / last) * (width - 60)).toFixed(1)} ${(height - 25 - (Math.log10(Math.max(popularity[rank - 1], 1)) / most) * (height - 45)).toFixed(1)}`,
    );
  }
  const ticks = Array.from(
    { length: Math.floor(last) + 1 },
    (_, k) =>
      `<text x="${(45 + (k / last) * (width - 60)).toFixed(1)}" y="${height - 6}" text-anchor="middle">${(10 ** k).toLocaleString('en-US')}</text>`,
  );
  const levels = Array.from(
    { length: Math.floor(most) + 1 },
    (_, k) =>
      `<text x="38" y="${(height - 21 - (k / most) * (height - 45)).toFixed(1)}" text-anchor="end">${(10 ** k).toLocaleString('en-US')}</text>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img"><path class="axis" d="M45 10V${height - 25}H${width - 10}"/><polyline class="axis" points="${points.join(', ')}" style="stroke: var(--accent); stroke-width: 2.5"/>${ticks.join('')}${levels.join('')}</svg>`;
}
