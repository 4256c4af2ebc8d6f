/** What all models did on one set, as far as an overview needs it. */
export interface SetSummary {
  users: number;
  items: number;
  /** Train rows. */
  rows: number;
  metrics: [string, string];
  k: number;
  results: { model: string; figures: Record<string, number>; fitCpuSeconds: number }[];
  published: [model: string, first: number, second: number, source: string][];
}

/** One Markdown table over all sets: two figures per model, the larger of the second ones in bold, beside the best that was published. */
export function overview(sets: Record<string, SetSummary>): string {
  const models = [...new Set(Object.values(sets).flatMap(({ results }) => results.map(({ model }) => model)))];
  const head = ['set', 'rows per user, per item', 'figures', ...models, 'best published beside'];
  const lines = Object.entries(sets).map(([name, set]) => {
    const keys = set.metrics.map((metric) => `${metric}@${set.k}`);
    const best = Math.max(...set.results.map(({ figures }) => figures[keys[1]]));
    const cells = models.map((model) => {
      const figures = set.results.find((result) => result.model === model)?.figures;
      if (!figures) return '';
      const text = `${short(figures[keys[0]])} / ${short(figures[keys[1]])}`;
      return figures[keys[1]] === best ? `**${text}**` : text;
    });
    const published = [...set.published].sort((a, b) => b[2] - a[2])[0];
    const beside = published ? `${published[0]} ${short(published[1])} / ${short(published[2])}` : 'none';
    return [name, `${(set.rows / set.users).toFixed(1)}, ${(set.rows / set.items).toFixed(1)}`, keys.join(' / '), ...cells, beside];
  });
  return [head, head.map((_, column) => (column > 2 ? '--:' : '---')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** .1769 */
const short = (value: number) => value.toFixed(4).replace(/^0/, '');
