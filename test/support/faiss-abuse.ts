import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AttuneError } from 'attune';
import { type FaissModule, faissIndex } from 'attune/faiss';

/**
 * Everything that faiss-node does not survive, through the adapter: prints a line a refusal, then `alive`. With a second argument `raw`
 * it does one of them to the package itself.
 */
const [folder, raw] = process.argv.slice(2);
const faiss: FaissModule = createRequire(join(folder, 'package.json'))('faiss-node');
if (raw) {
  const index = faiss.Index.fromFactory(4, 'IVF16,Flat', 0);
  index.add([1, 2, 3, 4]); // not trained
}

const vectors = (count: number, value = (k: number) => Math.sin(k)) => Float32Array.from({ length: count * 4 }, (_, k) => value(k));
const keys = (count: number) => Int32Array.from({ length: count }, (_, k) => k);
const nan = (k: number) => (k === 5 ? Number.NaN : 1);

for (const kind of ['flat', 'hnsw', 'ivf'] as const) {
  const index = faissIndex({ kind, lists: 4, faiss });
  index.add(keys(400), vectors(400));
  const file = index.toBytes();
  const abuse: [string, () => unknown][] = [
    ['no numbers', () => index.add(keys(2), new Float32Array(0))],
    ['other dimensions', () => index.add(keys(1), vectors(2))],
    ['a part of a vector', () => index.add(keys(2), vectors(2).slice(1))],
    ['NaN', () => index.add(keys(3), vectors(3, nan))],
    [
      'infinity',
      () =>
        index.add(
          keys(1),
          vectors(1, () => Number.POSITIVE_INFINITY),
        ),
    ],
    [
      'overflow',
      () =>
        index.add(
          keys(1),
          vectors(1, () => 3e38),
        ),
    ],
    ['a negative key', () => index.add(Int32Array.of(-5), vectors(1))],
    ['a query of another length', () => index.search(vectors(2), { n: 3 })],
    ['a query with NaN', () => index.search(Float32Array.of(1, Number.NaN, 0, 0), { n: 3 })],
    ['damaged bytes', () => index.fromBytes(file.slice(0, -9))],
  ];
  for (const [name, call] of abuse) {
    try {
      call();
      console.log(`${kind} ${name}: accepted`);
      process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      console.log(`${kind} ${name}: ${error.code}`);
    }
  }
  for (const n of [0, 1, 400, 401, 1_000_000]) await index.search(vectors(1), { n });
  await index.search(vectors(1), { n: 5, allowed: new Uint8Array(0) });
  await index.search(new Float32Array(4), { n: 5 });
  index.remove(keys(400));
  await index.search(vectors(1), { n: 5 });
  index.add(keys(3), vectors(3)); // fewer than IVF can be trained on
  await index.search(vectors(1), { n: 5 });
  index.add(
    keys(400),
    vectors(400, () => 1),
  ); // all alike
  await index.search(vectors(1), { n: 5 });
}
console.log('alive');
