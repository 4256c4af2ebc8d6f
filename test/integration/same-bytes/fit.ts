import { AlsRecommender, Interactions } from 'attune';

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

/** FNV-1a of the bytes of a fitted model, and of what it answers. */
export async function fingerprint(threads: number): Promise<string> {
  const als = await new AlsRecommender({ factors: 48, iterations: 5, regularization: 0.5, alpha: 8, seed: 5, threads }).fit(data());
  const answers = [als.recommend('u1', { n: 20 }), als.recommendFor(['i1', 'i2']), als.similarItems('i3'), als.similarUsers('u4')];
  const answersBytes = new TextEncoder().encode(JSON.stringify(answers));
  return `${fnv(als.toBytes())}-${fnv(answersBytes)}`;
}

function fnv(bytes: Uint8Array): string {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
