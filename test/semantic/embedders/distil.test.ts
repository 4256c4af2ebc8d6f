import {
  type DistilOptions,
  distil,
  type Embedder,
  memoryModelStore,
  ngramEmbedder,
  type Progress,
  SemanticIndex,
  staticEmbedder,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { fitTable } from '../../../src/semantic/embedders/distil/distil-fit.ts';
import { sentencesOf, vocabularyOf } from '../../../src/semantic/embedders/distil/distil-texts.ts';
import { embedderConformance } from '../../support/conformance.ts';

const adjectives = ['quiet', 'steel', 'small', 'large', 'white', 'black', 'heavy', 'cheap'];
const things = ['dishwasher', 'dishwashers', 'hose', 'kitchen', 'washing machine', 'kettle', 'oven', 'freezer'];
const texts = adjectives.flatMap((a) => things.flatMap((t, k) => [`${a} ${t}`, `${a} ${t} for a ${adjectives[k]} ${things[(k + 3) % 8]}`]));

/** A teacher that knows only texts; how it comes to its vectors does not matter. */
function teacher(): Embedder & { asked: string[] } {
  const inner = ngramEmbedder({ dimensions: 48 });
  const asked: string[] = [];
  return {
    name: 'teacher',
    dimensions: 48,
    asked,
    embed(given, options) {
      asked.push(...given);
      return inner.embed(given, options);
    },
  };
}

const quick = (options: Partial<DistilOptions> = {}) =>
  distil({ teacher: teacher(), texts, steps: 60, batchSize: 32, threads: 1, ...options });

describe('a distilled embedder', () => {
  const shared = quick();
  embedderConformance({ open: () => shared });

  it('comes near its teacher', async () => {
    const own = await (await shared).embed(texts);
    const wanted = await teacher().embed(texts);
    expect(meanCosine(own, wanted, 48)).toBeGreaterThan(0.9);
    const untaught = await quick({ steps: 0 });
    expect(meanCosine(own, wanted, 48)).toBeGreaterThan(meanCosine(await untaught.embed(texts), wanted, 48) + 0.005);
  });

  it('is the same for a seed, whatever the threads, and another for another', async () => {
    const first = (await shared).toBytes();
    expect((await quick({ threads: 3 })).toBytes()).toEqual(first);
    expect((await quick({ seed: 2 })).toBytes()).not.toEqual(first);
  });

  it('tells apart what shares its words, where it was told the topics of texts', async () => {
    const topics = [
      ...adjectives.flatMap((a) => [
        { text: `${a} washing machine`, topic: 'washing machine' },
        { text: `${a} hose for a washing machine`, topic: 'hose' },
        { text: `${a} kettle`, topic: undefined },
      ]),
    ];
    const asked = ['black washing machine', 'washing machine hose black', 'white washing machine'];
    const cosines = async (options: Partial<DistilOptions>) => {
      const embedder = await quick({ use: 'documents', ...options });
      const { dimensions: d } = embedder;
      const vectors = await embedder.embed(asked);
      const dot = (a: number, b: number) => vectors.subarray(a * d, a * d + d).reduce((sum, x, k) => sum + x * vectors[b * d + k], 0);
      return { other: dot(0, 1), same: dot(0, 2), d, embedder };
    };
    const without = await cosines({});
    const told = await cosines({ topics });
    expect(told.d).toBe(without.d + 2);
    expect(told.same - told.other).toBeGreaterThan(without.same - without.other + 0.1);
    const again = staticEmbedder(told.embedder.toBytes());
    expect(again.name).toBe(told.embedder.name);
    expect(await again.embed(asked)).toEqual(await told.embedder.embed(asked));
    const items = asked.map((text, id) => ({ id, text }));
    const index = await SemanticIndex.build(items, { embedder: again });
    const loaded = SemanticIndex.fromBytes(index.toBytes());
    expect(await loaded.search('washing machine')).toEqual(await index.search('washing machine'));
    for (const topics of [[undefined], [null], [{ text: 'hob', topic: '' }]])
      await expect(quick({ use: 'documents', topics: topics as never })).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
      );
    await expect(quick({ topics })).rejects.toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    await expect(quick({ use: 'documents', topics: [] })).rejects.toThrow(expect.objectContaining({ code: 'ERR_EMPTY' }));
  });

  it('is saved and brought back', async () => {
    const again = staticEmbedder((await shared).toBytes());
    expect(again.name).toBe((await shared).name);
    expect(await again.embed(texts)).toEqual(await (await shared).embed(texts));
  });

  it('takes 4 bits a number with little loss', async () => {
    const four = await quick({ bits: 4 });
    expect(four.toBytes().length).toBeLessThan((await shared).toBytes().length * 0.8);
    expect(meanCosine(await four.embed(texts), await (await shared).embed(texts), 48)).toBeGreaterThan(0.98);
  });

  it('can be for documents as well as for queries', async () => {
    const both = await quick({ use: 'documents' });
    expect(meanCosine(await both.embed(texts), await teacher().embed(texts), 48)).toBeGreaterThan(0.85);
  });

  it('does not ask the teacher for vectors that are given', async () => {
    const one = teacher();
    const vectors = await one.embed(texts);
    one.asked.length = 0;
    const table = await quick({ teacher: one, vectors });
    expect(one.asked.filter((text) => texts.includes(text) && text.includes(' '))).toEqual([]);
    expect(table.toBytes()).toEqual((await shared).toBytes());
  });

  it('learns from the sentences of longer texts', async () => {
    const one = teacher();
    const long = ['The quiet dishwasher cleans well. It is a small machine for kitchens.', 'Short text.'];
    await quick({ teacher: one, texts: long, steps: 1, sentences: 10 });
    expect(one.asked).toContain('It is a small machine for kitchens.');
    one.asked.length = 0;
    await quick({ teacher: one, texts: long, steps: 1 });
    expect(one.asked).not.toContain('It is a small machine for kitchens.');
  });

  it('takes the vocabulary of a teacher that has one', async () => {
    const vocabulary = ['[UNK]', ...'abcdefghijklmnopqrstuvwxyz'].flatMap((letter) => [letter, `##${letter}`]);
    const table = await quick({ teacher: { ...teacher(), vocabulary: async () => vocabulary }, steps: 1 });
    expect(table.rows).toBe(vocabulary.length);
    expect((await quick({ vocabulary: ['quiet', 'steel'], steps: 1 })).rows).toBe(2);
  });

  it('reports what it does, and how near it comes', async () => {
    const progress: Progress[] = [];
    await quick({ onProgress: (p) => progress.push(p) });
    expect(progress[0].phase).toBe('embedding');
    const fitting = progress.filter((p) => p.phase === 'fitting');
    expect(fitting.at(-1)).toMatchObject({ done: 60, total: 60 });
    expect(fitting.at(-1)?.cosine).toBeGreaterThan(fitting[1].cosine as number);
  });

  it('stops when it is aborted, while it fits as well', async () => {
    const reason = new Error('enough');
    await expect(quick({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const onProgress = (p: Progress) => p.phase === 'fitting' && p.done >= 20 && controller.abort(reason);
    await expect(quick({ signal: controller.signal, onProgress })).rejects.toBe(reason);
  });

  it.each([
    ['no teacher', { teacher: {} as never }],
    ['texts that are none', { texts: [1] as never }],
    ['a single text', { texts: 'text' as never }],
    ['vectors of another shape', { vectors: new Float32Array(5) }],
    ['vectors that are not finite', { vectors: new Float32Array(texts.length * 48).fill(Number.NaN) }],
    ['a vocabulary with the same token twice', { vocabulary: ['a', 'a'] }],
    ['an unknown option', { epochs: 3 } as never],
    ['4 bits for odd dimensions', { teacher: { ...teacher(), dimensions: 47 }, bits: 4 as const }],
  ])('refuses %s', async (_, change) => {
    await expect(quick(change)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('refuses texts without words', async () => {
    await expect(quick({ texts: ['', ' '] })).rejects.toMatchObject({ code: 'ERR_EMPTY' });
  });
});

describe('an index whose queries go through a distilled table', () => {
  const products = texts.map((text, k) => ({ id: `p${k}`, text }));

  it('answers without the teacher, also after it was saved and loaded without it', async () => {
    const one = teacher();
    const table = await quick({ teacher: one, steps: 200 });
    const index = await SemanticIndex.build(products, { embedder: one, queryEmbedder: table });
    one.asked.length = 0;
    const store = memoryModelStore();
    await index.save(store, 'products');
    const loaded = await SemanticIndex.load(store, 'products');
    for (const mode of ['semantic', 'hybrid'] as const) {
      const answer = await index.search('quiet dishwasher', { mode, n: 5 });
      expect(answer.map(({ item }) => item)).toContain('p0');
      expect(await loaded.search('quiet dishwasher', { mode, n: 5 })).toEqual(answer);
    }
    expect(loaded.similarItems('p0')).toEqual(index.similarItems('p0'));
    expect(one.asked).toEqual([]);
  });

  it('needs the embedder of its documents to take in more of them', async () => {
    const one = teacher();
    const index = await SemanticIndex.build(products, { embedder: one, queryEmbedder: await quick({ teacher: one }) });
    const bytes = index.toBytes();
    const more = [{ id: 'new', text: 'a new kettle' }] as never[];
    await expect(SemanticIndex.fromBytes(bytes).add(more)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    const whole = SemanticIndex.fromBytes(bytes, { embedder: one });
    await whole.add(more);
    expect(whole.has('new')).toBe(true);
    expect(SemanticIndex.fromBytes(whole.toBytes()).has('new')).toBe(true);
    const other = await quick({ seed: 5 });
    expect(() => SemanticIndex.fromBytes(bytes, { queryEmbedder: other })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});

describe('what a table is fitted with', () => {
  it('is the same in WebAssembly and in plain TypeScript, to rounding', async () => {
    const dimensions = 12;
    const sample = {
      starts: Int32Array.from({ length: 21 }, (_, k) => 3 * k),
      tokens: Int32Array.from({ length: 60 }, (_, k) => (k * 7 + (k % 4)) % 15),
      targets: Float32Array.from({ length: 20 * dimensions }, (_, k) => Math.sin(k * k) / Math.sqrt(6)),
      dimensions,
    };
    const initial = Float32Array.from({ length: 15 * dimensions }, (_, k) => Math.cos(3 * k));
    const settings = {
      steps: 20,
      batchSize: 10,
      learningRate: 0.02,
      temperature: 0.1,
      neighbours: 1,
      against: 'itself',
      seed: 1,
      threads: 1,
    } as const;
    const [fast, plain] = [await fitTable(initial, sample, settings), await fitTable(initial, sample, { ...settings, plain: true })];
    expect(Math.max(...fast.map((x, k) => Math.abs(x - plain[k])))).toBeLessThan(1e-3);
    expect(fast).not.toEqual(initial);
  });

  it('sentences are those of texts with several, each once, no more than asked', () => {
    const given = [
      'One two three four. Five six seven eight! No. Nine ten eleven twelve?',
      'One two three four. Again it is here now.',
      'A single one of some length',
    ];
    const all = ['One two three four.', 'Five six seven eight!', 'Nine ten eleven twelve?', 'Again it is here now.'];
    expect(sentencesOf(given, 10, 1)).toEqual(all);
    const two = sentencesOf(given, 2, 1);
    expect(two).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining(two));
    expect(sentencesOf(given, 0, 1)).toEqual([]);
  });

  it('a vocabulary has all letters, the frequent words, and pieces of the rare ones', () => {
    const vocabulary = vocabularyOf(['dishwasher dishwasher hose', 'dishwashing handwashing'], 200);
    expect(vocabulary).toEqual(expect.arrayContaining(['[UNK]', 'd', '##d', 'dishwasher', '##wash']));
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
    expect(vocabularyOf(['dishwasher dishwasher hose'], 200)).toEqual(vocabularyOf(['dishwasher dishwasher hose'], 200));
  });
});

function meanCosine(a: Float32Array, b: Float32Array, dimensions: number): number {
  return a.reduce((sum, x, k) => sum + x * b[k], 0) / (a.length / dimensions);
}
