import { metrics } from 'attune';

/** Lists of 100,000 users, 20 items each, drawn with a long tail from 50,000 items; 5 relevant items per user. */
function made(users = 100_000, depth = 20, items = 50_000) {
  let state = 12345;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 0x100000000;
  const draw = () => Math.floor(items * random() ** 3);
  const rowsOf = (length: number) => {
    const offsets = Int32Array.from({ length: users + 1 }, (_, u) => u * length);
    const columns = new Int32Array(users * length);
    for (let u = 0; u < users; u++) {
      const row = new Set<number>();
      while (row.size < length) row.add(draw());
      columns.set([...row], u * length);
    }
    return { offsets, columns };
  };
  const lists = rowsOf(depth);
  const relevant = rowsOf(5);
  return {
    items,
    lists: { offsets: lists.offsets, items: lists.columns },
    relevant: { offsets: relevant.offsets, indices: relevant.columns, values: new Float32Array(relevant.columns.length).fill(1) },
  };
}

function timed(run: () => unknown): { min: number; median: number } {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return { min: times[0], median: times[3] };
}

/** Speed of the columnar metrics, on made lists. */
export const metricsBench = {
  name: 'metrics',
  summary: 'All list metrics of 100,000 users x top 20, in columns; goal: under one second.',
  async run(): Promise<void> {
    const { items, lists, relevant } = made();
    const k = [10, 20];
    const counts = Float64Array.from({ length: items }, (_, item) => items - item);
    const expected = metrics.popularityExpectation(counts, items);
    const parts: [string, () => unknown][] = [
      [
        'precision recall f1 hitRate mrr map ndcg auc @10 @20',
        () => metrics.measureLists(lists, relevant, { metrics: metrics.listMetrics, k, itemCount: items }),
      ],
      ['novelty popularity @10 @20', () => [metrics.meanOfItems(lists, k, counts), metrics.meanOfItems(lists, k, expected)]],
      ['serendipity @10 @20', () => metrics.serendipityColumns(lists, relevant, k, expected, items)],
      ['coverage and gini counts @20', () => metrics.exposureCounts(lists, 20, items)],
    ];
    let total = 0;
    for (const [name, run] of parts) {
      const { min, median } = timed(run);
      total += median;
      console.log(`${name.padEnd(54)} ${median.toFixed(1).padStart(7)} ms median ${min.toFixed(1).padStart(7)} ms best of 7`);
    }
    console.log(`${'all'.padEnd(54)} ${total.toFixed(1).padStart(7)} ms, goal 1000 ms`);
  },
};
