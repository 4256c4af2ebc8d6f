import { type RelevanceScorer, SemanticIndex } from 'attune';
import { crossEncoder } from 'attune/transformers';
import { afterEach, describe, expect, it, vi } from 'vitest';

const products = [
  { id: 'mug', text: 'Coffee mug with a lid', brand: 'A' },
  { id: 'grinder', text: 'Coffee grinder, quiet', brand: 'B' },
  { id: 'machine', text: 'Coffee machine, espresso at home', brand: 'A' },
  { id: 'beans', text: 'Coffee beans', brand: 'B' },
  { id: 'filter', text: 'Paper coffee filter, a hundred of them, for machines', brand: 'A' },
];
const textOf = (id: string) => products.find((product) => product.id === id)?.text;
/** Likes long texts. */
const byLength: RelevanceScorer = { name: 'length', score: async (_, texts) => Float32Array.from(texts, (text) => text.length / 100) };

describe('a search that looks again at its first items', () => {
  const built = SemanticIndex.build(products, { metadata: ['brand'] });

  it.each(['lexical', 'hybrid', 'semantic'] as const)('orders them by what the scorer says, by %s', async (mode) => {
    const index = await built;
    const found = await index.search('coffee', { mode, rerank: { by: byLength, textOf } });
    const wanted = (await index.search('coffee', { mode })).map(({ item }) => item);
    expect(found.map(({ item }) => item)).toEqual(wanted.sort((a, b) => (textOf(b) as string).length - (textOf(a) as string).length));
    expect(found[0].score).toBeCloseTo((textOf('filter') as string).length / 100, 5);
  });

  it('leaves those behind the first ones as they were, with scores that never increase', async () => {
    const index = await built;
    const plain = await index.search('coffee', { mode: 'lexical' });
    const found = await index.search('coffee', { mode: 'lexical', rerank: { by: byLength, textOf, first: 2 } });
    expect(found.slice(2).map(({ item }) => item)).toEqual(plain.slice(2).map(({ item }) => item));
    expect(found.every(({ score }, k) => k === 0 || score <= found[k - 1].score)).toBe(true);
  });

  it('gives pages and short lists of one order', async () => {
    const index = await built;
    const rerank = { by: byLength, textOf };
    const all = await index.search('coffee', { rerank });
    expect([...(await index.search('coffee', { n: 1, rerank }))]).toEqual(all.slice(0, 1));
    expect([...(await index.search('coffee', { n: 2, offset: 1, rerank }))]).toEqual(all.slice(1, 3));
  });

  it('puts items without a text behind the others, and asks once, for texts alone', async () => {
    const index = await built;
    const score = vi.fn(byLength.score);
    const known = async (id: string) => (id === 'filter' ? undefined : textOf(id));
    const found = await index.search('coffee', { rerank: { by: { name: 'seen', score }, textOf: known }, where: { brand: 'A' } });
    expect(found.map(({ item }) => item)).toEqual(['machine', 'mug', 'filter']);
    expect(score).toHaveBeenCalledTimes(1);
    expect(score.mock.calls[0][1]).toHaveLength(2);
  });

  it('does not move the item whose id is the query', async () => {
    const found = await (await built).search('mug', { rerank: { by: byLength, textOf } });
    expect(found[0].item).toBe('mug');
  });

  it('stops with its signal', async () => {
    const controller = new AbortController();
    const by: RelevanceScorer = {
      name: 'slow',
      async score(_query, texts, { signal } = {}) {
        controller.abort(new Error('enough'));
        signal?.throwIfAborted();
        return texts.map(() => 0);
      },
    };
    await expect((await built).search('coffee', { rerank: { by, textOf }, signal: controller.signal })).rejects.toThrow('enough');
  });

  it('stops with its signal while a scorer, a text or an embedder that takes no notice of it never comes', async () => {
    const never = () => new Promise<never>(() => {});
    const deaf = {
      name: 'deaf',
      dimensions: 2,
      embed: (texts: readonly string[]) => (texts[0] === 'tea' ? never() : Promise.resolve(Float32Array.of(1, 0))),
    };
    let ready: () => Promise<void> = async () => {};
    const index = await SemanticIndex.build(products.slice(0, 1), { embedder: { ...deaf, prepare: () => ready() } });
    for (const search of [
      (signal: AbortSignal) => index.search('coffee', { rerank: { by: { name: 'deaf', score: never }, textOf }, signal }),
      (signal: AbortSignal) => index.search('coffee', { rerank: { by: byLength, textOf: never }, signal }),
      (signal: AbortSignal) => index.search('tea', { signal }),
      (signal: AbortSignal) => index.add([{ id: 'tea', text: 'tea', brand: '' }], { signal }),
      (signal: AbortSignal) => {
        ready = never; // such as a download
        return index.search('coffee', { signal });
      },
      (signal: AbortSignal) => SemanticIndex.build(products, { embedder: { ...deaf, prepare: never }, signal }),
    ]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(search(controller.signal)).rejects.toThrow('enough');
    }
  });

  it('says which text is none', async () => {
    const found = (await built).search('coffee', { rerank: { by: byLength, textOf: (() => 5) as never } });
    await expect(found).rejects.toMatchObject({ code: 'ERR_BAD_VALUE', message: expect.stringContaining('got 5') });
  });

  it.each([
    ['a scorer without a function', { by: {}, textOf }],
    ['no texts', { by: byLength }],
    ['an unknown option', { by: byLength, textOf, top: 3 }],
    ['no items', { by: byLength, textOf, first: 0 }],
    ['anything else', 'crossEncoder'],
  ])('refuses %s', async (_, rerank) => {
    await expect((await built).search('coffee', { rerank: rerank as never })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('refuses a second order beside it, and a scorer that gives too few numbers', async () => {
    const index = await built;
    await expect(index.search('coffee', { sort: 'brand', rerank: { by: byLength, textOf } })).rejects.toMatchObject({
      code: 'ERR_BAD_OPTION',
    });
    const by = { name: 'broken', score: async () => [1] };
    await expect(index.search('coffee', { rerank: { by, textOf } })).rejects.toMatchObject({ code: 'ERR_EMBEDDER' });
  });
});

/** A package whose model counts the words that query and text share. */
function fakePeer(labels = 1) {
  const batches: number[] = [];
  vi.doMock('@huggingface/transformers', () => ({
    AutoTokenizer: {
      from_pretrained:
        async () =>
        (queries: string[], { text_pair }: { text_pair: string[] }) =>
          queries.map((query, k) => query.split(' ').filter((word) => text_pair[k].toLowerCase().includes(word)).length),
    },
    AutoModelForSequenceClassification: {
      from_pretrained: async () => async (shared: number[]) => {
        batches.push(shared.length);
        const data = Float32Array.from({ length: shared.length * labels }, (_, k) => shared[Math.floor(k / labels)]);
        return { logits: { data, dims: [shared.length, labels] } };
      },
    },
  }));
  return batches;
}

describe('a cross-encoder', () => {
  afterEach(() => {
    vi.doUnmock('@huggingface/transformers');
  });

  it('scores pairs of query and text from 0 to 1, in batches', async () => {
    const batches = fakePeer();
    const scores = await crossEncoder({ batchSize: 2 }).score('quiet coffee', ['a quiet coffee grinder', 'a kettle', 'coffee']);
    expect(Array.from(scores, (score) => Math.round(100 * score))).toEqual([88, 50, 73]);
    expect(batches).toEqual([2, 1]);
  });

  it('serves as the second look of a search', async () => {
    fakePeer();
    const index = await SemanticIndex.build(products);
    const found = await index.search('espresso coffee', { rerank: { by: crossEncoder(), textOf } });
    expect(found[0].item).toBe('machine');
  });

  it('refuses a model with several labels', async () => {
    fakePeer(2);
    await expect(crossEncoder().score('a', ['b'])).rejects.toMatchObject({
      code: 'ERR_EMBEDDER',
      message: expect.stringContaining('1 x 2'),
    });
  });

  it('says how to install the package when it is missing, and names the folder when the model is', async () => {
    vi.doMock('@huggingface/transformers', () => {
      throw new Error('Cannot find package');
    });
    await expect(crossEncoder().score('a', ['b'])).rejects.toMatchObject({ code: 'ERR_MISSING_PEER' });
    vi.doUnmock('@huggingface/transformers');
    await expect(crossEncoder({ localModelPath: 'no/such/folder' }).score('a', ['b'])).rejects.toMatchObject({
      code: 'ERR_EMBEDDER',
      message: expect.stringContaining('no/such/folder'),
    });
  });
});
