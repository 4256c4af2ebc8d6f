import {
  AlsRecommender,
  GraphFilterRecommender,
  Interactions,
  LightGcnRecommender,
  NcfRecommender,
  SasRecRecommender,
  SequenceLinearRecommender,
  TwoTowerRecommender,
} from 'attune';

/** Long and short rows, users with one item, users with the same history: every route of training has work. */
function data(): Interactions {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const users: string[] = [];
  const items: string[] = [];
  const values: number[] = [];
  for (let u = 0; u < 900; u++) {
    const count = u % 3 === 0 ? 1 : u % 50 === 1 ? 120 : 2 + Math.floor(random() * 20);
    const own = new Set<number>();
    while (own.size < count) own.add(Math.floor(300 * random() ** 2));
    for (const i of own) {
      users.push(`u${u}`);
      items.push(`i${i}`);
      values.push(1 + Math.floor(random() * 3));
    }
  }
  return Interactions.fromColumns({ users, items, values: Float32Array.from(values) });
}

/** FNV-1a of the bytes of fitted models, and of what they answer. */
export async function fingerprint(threads: number): Promise<string> {
  const rows = data();
  const als = await new AlsRecommender({ factors: 48, iterations: 5, regularization: 0.5, alpha: 8, seed: 5, threads }).fit(rows);
  const ncf = await new NcfRecommender({ factors: 16, layers: [32, 16, 8], epochs: 2, pretrain: 1, seed: 5, threads }).fit(rows);
  const sas = await new SasRecRecommender({ factors: 16, heads: 2, epochs: 2, negatives: 64, maxLength: 20, seed: 5, threads }).fit(rows);
  const history = { factors: 16, epochs: 2, negatives: 64, seed: 5, threads };
  const gcn = await new LightGcnRecommender(history).fit(rows);
  const towers = await new TwoTowerRecommender({ ...history, itemAttributes: (item) => ({ end: item.at(-1) }) }).fit(rows);
  const filters = await Promise.all(
    (['linear', 'low-pass', 'chebyshev'] as const).map((filter) =>
      new GraphFilterRecommender({ filter, ...(filter !== 'linear' && { rank: 16 }), seed: 5, threads }).fit(rows),
    ),
  );
  const next = await new SequenceLinearRecommender({ regularization: 5, threads }).fit(rows);
  const models = [als, ncf, sas, gcn, towers, ...filters, next];
  const answers = models.map((model) => [model.recommend('u1', { n: 20 }), model.recommendFor(['i1', 'i2']), model.similarItems('i3')]);
  const alike = [als, sas, gcn, towers].map((model) => model.similarUsers('u4'));
  const parts = [...models.map((model) => model.toBytes()), new TextEncoder().encode(JSON.stringify([answers, alike]))];
  return parts.map(fnv).join('-');
}

function fnv(bytes: Uint8Array): string {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
