import type { VectorIndexSuite } from './suite.ts';

/** An index as bytes. */
export function indexFiles({ it, expect, open, dimensions, filled }: VectorIndexSuite): void {
  it('comes back from its bytes with the same answers', async () => {
    const { index, rows } = await filled(300);
    await index.remove(Int32Array.of(3, 4, 299));
    const again = (await open(dimensions)).fromBytes(index.toBytes());
    expect(again.size).toBe(297);
    for (const key of [3, 5, 100]) {
      const query = rows.get(key) as Float32Array;
      expect(await again.search(query, { n: 9 })).toEqual(await index.search(query, { n: 9 }));
    }
  });

  it('refuses damaged bytes', async () => {
    const { index } = await filled(50);
    const empty = await open(dimensions);
    const bytes = index.toBytes();
    for (const bad of [bytes.slice(0, bytes.length >> 1), new Uint8Array(0), bytes.map((b, k) => (k === bytes.length - 9 ? b ^ 1 : b))]) {
      expect(() => empty.fromBytes(bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
    }
  });
}
