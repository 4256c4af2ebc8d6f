import { curveSvg } from '../support/curve-svg.ts';

/** What all models did on one set, as far as an overview needs it. */
export interface SetSummary {
  users: number;
  items: number;
  /** Train rows. */
  rows: number;
  metrics: [string, string];
  k: number;
  results: { model: string; figures: Record<string, number>; fitCpuSeconds: number; losses?: number[] | undefined }[];
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

/** One Markdown table over all sets: processor seconds of a fit per model. */
export function costs(sets: Record<string, SetSummary>): string {
  const models = [...new Set(Object.values(sets).flatMap(({ results }) => results.map(({ model }) => model)))];
  const head = ['set: processor seconds of a fit', 'rows', ...models];
  const lines = Object.entries(sets).map(([name, { rows, results }]) => {
    const cells = models.map((model) => {
      const seconds = results.find((result) => result.model === model)?.fitCpuSeconds;
      return seconds === undefined ? '' : seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
    });
    return [name, rows.toLocaleString('en'), ...cells];
  });
  return [head, head.map((_, column) => (column > 0 ? '--:' : '---')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A picture of every model on every set: what its second figure is of the best one there, against what its fit took. */
export function costPicture(sets: Record<string, SetSummary>): string {
  const points = new Map<string, { x: number; y: number }[]>();
  for (const { results, metrics, k } of Object.values(sets)) {
    const value = ({ figures }: SetSummary['results'][number]) => figures[`${metrics[1]}@${k}`];
    const best = Math.max(...results.map(value));
    for (const result of results) {
      const own = points.get(result.model) ?? [];
      own.push({ x: Math.max(0.1, result.fitCpuSeconds), y: (100 * value(result)) / best });
      points.set(result.model, own);
    }
  }
  return curveSvg({
    title: 'Quality against cost: each mark is a model on one data set',
    xLabel: 'processor seconds of a fit',
    yLabel: 'NDCG, % of the best model on the set',
    curves: [...points].map(([name, all]) => ({ name, points: all.sort((a, b) => a.x - b.x) })),
    xTicks: [0.1, 1, 10, 100, 1000],
    xLogarithmic: true,
    yTicks: [10, 20, 40, 60, 80, 100],
    joined: false,
  });
}

/** Epochs of a picture of losses. */
const epochs = 30;

/**
 * A picture of how the losses of models that are trained fall, as shares of that of the first epoch, since each has a loss of its own; undefined where
 * no model was trained.
 */
export function lossPicture(results: SetSummary['results']): string | undefined {
  const trained = results.filter(({ losses }) => losses && losses.length > 1 && losses.every((loss) => loss > 0));
  if (trained.length === 0) return undefined;
  return curveSvg({
    title: 'Loss after each epoch',
    xLabel: 'epoch',
    yLabel: 'loss, % of that of the first epoch',
    curves: trained.map(({ model, losses = [] }) => ({
      name: model,
      points: losses.slice(0, epochs).map((loss, k) => ({ x: k + 1, y: (100 * loss) / losses[0] })),
    })),
    xTicks: [1, 5, 10, 15, 20, 25, epochs],
    yTicks: [5, 10, 20, 40, 60, 80, 100],
  });
}
