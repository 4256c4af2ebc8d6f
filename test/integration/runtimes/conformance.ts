import { AlsRecommender, flatIndex, Interactions, ItemKnnRecommender, SemanticIndex } from 'attune';

/**
 * What every runtime has to do, as a fingerprint of each model's file and of its answers. It needs nothing but attune, so it is also what
 * bundlers are given. @param threads of the models
 */
export async function conformance(threads: number): Promise<Record<string, string>> {
  const data = interactions();
  const als = await new AlsRecommender({ factors: 32, iterations: 3, regularization: 0.5, alpha: 8, seed: 5, threads }).fit(data);
  const knn = await new ItemKnnRecommender({ neighbors: 20 }).fit(data);
  const read = AlsRecommender.fromBytes(als.toBytes(), { threads });
  const vectors = flatIndex();
  vectors.add(
    Int32Array.from({ length: 400 }, (_, k) => k),
    rows(400, 48),
  );
  const many = flatIndex({ threads });
  many.add(
    Int32Array.from({ length: 3000 }, (_, k) => k),
    rows(3000, 48),
  );
  const index = await SemanticIndex.build(products(), { id: 'id', text: 'text' });
  const answers = {
    als: [read.recommend('u1', { n: 20 }), read.recommendFor(['i1', 'i2']), read.similarItems('i3'), read.explain('u1', 'i9')],
    knn: [knn.recommend('u1', { n: 20 }), knn.recommendFor(['i1', 'i2']), knn.similarItems('i3')],
    flat: await vectors.search(rows(1, 48), { n: 10 }),
    batch: await many.searchMany(
      Array.from({ length: 9 }, (_, k) => rows(k + 1, 48).subarray(48 * k)),
      { n: 10 },
    ),
    lexical: await index.search('quiet steel kettle', { n: 10, mode: 'lexical' }),
  };
  return {
    als: `${fnv(als.toBytes())} ${ofText(answers.als)}`,
    knn: `${fnv(knn.toBytes())} ${ofText(answers.knn)}`,
    flat: `${fnv(vectors.toBytes())} ${ofText(answers.flat)}`,
    batch: ofText(answers.batch),
    lexical: `${fnv(index.toBytes())} ${ofText(answers.lexical)}`,
  };
}

/** A fit on one thread, long enough to be timed from outside. */
export async function fit(): Promise<void> {
  await new AlsRecommender({ factors: 64, iterations: 3, seed: 1, threads: 1 }).fit(interactions(1500, 600));
}

function interactions(users = 300, items = 200): Interactions {
  const random = generator();
  const columns = { users: [] as string[], items: [] as string[], values: [] as number[] };
  for (let u = 0; u < users; u++) {
    const own = new Set<number>();
    while (own.size < 1 + (u % 25)) own.add(Math.floor(items * random() ** 2));
    for (const i of own) {
      columns.users.push(`u${u}`);
      columns.items.push(`i${i}`);
      columns.values.push(1 + Math.floor(random() * 3));
    }
  }
  return Interactions.fromColumns({ ...columns, values: Float32Array.from(columns.values) });
}

function rows(count: number, dimensions: number): Float32Array {
  const random = generator();
  const values = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const own = values.subarray(row * dimensions, (row + 1) * dimensions);
    for (let d = 0; d < dimensions; d++) own[d] = Math.fround(random() - 0.5);
    const norm = Math.sqrt(own.reduce((sum, v) => sum + v * v, 0));
    for (let d = 0; d < dimensions; d++) own[d] /= norm;
  }
  return values;
}

function products(): { id: string; text: string }[] {
  const random = generator();
  const words = ['quiet', 'steel', 'kettle', 'glass', 'small', 'red', 'fan', 'oven', 'timer', 'hose', 'filter', 'café'];
  const text = () => Array.from({ length: 8 }, () => words[Math.floor(words.length * random())]).join(' ');
  return Array.from({ length: 200 }, (_, k) => ({ id: `p${k}`, text: text() }));
}

/** A linear congruential generator (Numerical Recipes). */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ofText = (value: unknown) =>
  fnv(new TextEncoder().encode(JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? [...(v as Float32Array)] : v))));

/** FNV-1a. */
function fnv(bytes: Uint8Array): string {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
