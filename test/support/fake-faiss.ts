import type { FaissHandle, FaissModule } from 'attune/faiss';

/** Where the real package would end the process. */
export class Abort extends Error {}

/** The flat index of `faiss-node` in plain numbers of 32 bits. What the real one does not survive throws {@link Abort}. */
export function fakeFaiss(): FaissModule & { made: number } {
  const survive = (ok: boolean) => {
    if (!ok) throw new Abort('the process would be gone');
  };
  const module = {
    made: 0,
    Index: {
      fromFactory(dimensions: number, description: string, metric: number): FaissHandle {
        survive(Number.isInteger(dimensions) && dimensions > 0 && description === 'Flat' && metric === 0);
        module.made++;
        const rows: Float32Array[] = [];
        return {
          ntotal: () => rows.length,
          getDimension: () => dimensions,
          isTrained: () => true,
          train: () => survive(false),
          toBuffer: () => new Uint8Array(0),
          add(vectors) {
            survive(Array.isArray(vectors) && vectors.length > 0 && vectors.length % dimensions === 0 && vectors.every(Number.isFinite));
            for (let k = 0; k < vectors.length; k += dimensions) rows.push(Float32Array.from(vectors.slice(k, k + dimensions)));
          },
          search(query, k) {
            survive(Array.isArray(query) && query.length === dimensions && query.every(Number.isFinite));
            survive(Number.isInteger(k) && k > 0 && k <= rows.length);
            const scores = rows.map((row) => row.reduce((sum, x, d) => Math.fround(sum + Math.fround(x * query[d])), 0));
            const labels = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || b - a).slice(0, k);
            return { labels, distances: labels.map((row) => scores[row]) };
          },
        };
      },
      fromBuffer(): FaissHandle {
        throw new Abort('a flat index is not read');
      },
    },
  };
  return module;
}
