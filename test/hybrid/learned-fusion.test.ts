import { type FusionEvent, fitFusion, HybridRanker, learnedFusion } from 'attune';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../support/makers.ts';

const items = Array.from({ length: 20 }, (_, k) => `i${k}`);

/** A source that puts the wanted item near the top when it is good, and anywhere when it is not. */
function source(quality: number, seed: number) {
  return ({ context }: { context: Readonly<Record<string, unknown>> }) => {
    const random = randomOf(seed * 1000 + (context.event as number));
    return items.map((item) => ({ item, score: random() + (item === context.wanted ? quality : 0) }));
  };
}

const sources = { good: source(0.6, 1), fair: source(0.2, 2), bad: source(0, 3) };
const events = (from: number, count: number): FusionEvent[] =>
  Array.from({ length: count }, (_, k) => ({
    request: { context: { event: from + k, wanted: `i${(from + k) % 20}` } },
    items: [`i${(from + k) % 20}`],
  }));

async function meanRank(ranker: HybridRanker, test: FusionEvent[]): Promise<number> {
  let sum = 0;
  for (const { request, items: chosen } of test) {
    const page = await ranker.rank(request, { n: 20 });
    sum += page.items.findIndex(({ item }) => item === [...chosen][0]);
  }
  return sum / test.length;
}

describe('fitFusion', async () => {
  const model = await fitFusion({ sources, events: events(0, 400) });

  it('finds which source is good', () => {
    const weightOf = (name: keyof typeof sources) => model.sources[name].score + model.sources[name].rank;
    expect(weightOf('good')).toBeGreaterThan(weightOf('fair'));
    expect(weightOf('fair')).toBeGreaterThan(weightOf('bad'));
    expect(Math.abs(weightOf('bad'))).toBeLessThan(1);
    expect(model).toMatchObject({ events: 400, missed: 0 });
  });

  it('ranks better than equal weights, also after JSON', async () => {
    const test = events(1000, 200);
    const learned = learnedFusion(JSON.parse(JSON.stringify(model)));
    const better = await meanRank(new HybridRanker({ sources, fusion: learned }), test);
    expect(better).toBeLessThan((await meanRank(new HybridRanker({ sources }), test)) - 0.5);
  });

  it('is at the maximum of its likelihood', async () => {
    const two = {
      one: () => [
        { item: 'a', score: 1 },
        { item: 'b', score: 0 },
      ],
    };
    const half = [0, 1, 2, 3].map((k) => ({ request: {}, items: [k < 3 ? 'a' : 'b'] }));
    const { sources: fitted } = await fitFusion({ sources: two, events: half, regularization: 1e-9 });
    // P(a) = 3/4, so the scores of a and b differ by log 3: the features differ by 1 and by 1 - 1 / log2(3)
    expect(fitted.one.score + fitted.one.rank * (1 - 1 / Math.log2(3))).toBeCloseTo(Math.log(3), 4);
  });

  it('counts events that no source could have answered, and refuses when there are no others', async () => {
    const missing = { request: { context: { event: 1, wanted: 'i1' } }, items: ['nothing'] };
    expect(await fitFusion({ sources, events: [missing, ...events(0, 3)] })).toMatchObject({ events: 3, missed: 1 });
    await expect(fitFusion({ sources, events: [missing] })).rejects.toMatchObject({ code: 'ERR_EMPTY' });
    await expect(fitFusion({ sources, events: 3 as never })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    await expect(fitFusion({ sources, events: events(0, 3), signal: AbortSignal.abort('stop') })).rejects.toBe('stop');
  });

  it('refuses what is no model, and a ranker without its sources', () => {
    expect(() => learnedFusion({} as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => learnedFusion({ ...model, formatVersion: 2 as never })).toThrow(expect.objectContaining({ code: 'ERR_NEWER_FORMAT' }));
    // @ts-expect-error the model has sources that this ranker lacks
    expect(() => new HybridRanker({ sources: { good: sources.good }, fusion: learnedFusion(model) })).toThrow(/"fair"/);
  });
});

it('options and events that are none are refused by coded errors', async () => {
  for (const none of [null, undefined, 5] as never[]) await expect(fitFusion(none)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  for (const events of [[null], [5], [{ request: {} }], [{ request: {}, items: 'i1' }]] as never[])
    await expect(fitFusion({ sources, events })).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
});
