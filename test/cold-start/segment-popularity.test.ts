import { HybridRanker, Interactions, segmentPopularity } from 'attune';
import { describe, expect, it } from 'vitest';

const day = 86_400_000;
const rows = [
  ...Array.from({ length: 30 }, (_, k) => ({ user: `de${k}`, item: k % 3 ? 'bread' : 'tea', value: 1, timestamp: k * day })),
  ...Array.from({ length: 60 }, (_, k) => ({ user: `jp${k}`, item: k % 3 ? 'rice' : 'tea', value: 1, timestamp: k * day })),
  { user: 'de0', item: 'rice', value: -1, timestamp: 0 },
];
const interactions = await Interactions.from(rows);
const segmentOfUser = (user: string) => (user.startsWith('x') ? undefined : user.slice(0, 2));
const names = (list: { item: string }[]) => list.map(({ item }) => item);

describe('segmentPopularity', () => {
  it('follows its formula, and everybody where a segment is unknown', () => {
    const popular = segmentPopularity({ interactions, segmentOfUser, prior: 10 });
    expect(popular.segments).toEqual(['de', 'jp']);
    const [first] = popular.top('de');
    expect(first.item).toBe('bread');
    expect(first.score).toBeCloseTo((20 + (10 * 20) / 90) / (30 + 10), 12);
    expect(popular.top('de').reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 12);
    expect(names(popular.top('jp'))).toEqual(['rice', 'tea', 'bread']);
    expect(popular.top('fr')).toEqual(popular.top(undefined));
    expect(popular.top(undefined)[0].score).toBeCloseTo(40 / 90, 12);
    expect(names(popular.top('jp', { n: 1, exclude: ['rice'] }))).toEqual(['tea']);
    expect(names(popular.top('jp', { only: ['bread', 'nothing'] }))).toEqual(['bread']);
  });

  it('with a large prior a segment is everybody, with none only itself', () => {
    expect(segmentPopularity({ interactions, segmentOfUser, prior: 1e9 }).top('de')[0].item).toBe('rice');
    expect(names(segmentPopularity({ interactions, segmentOfUser, prior: 0 }).top('de'))).toEqual(['bread', 'tea']);
  });

  it('looks at a window of time, and lets old rows fade', () => {
    expect(names(segmentPopularity({ interactions, from: 35 * day }).top(undefined))).toEqual(['rice', 'tea']);
    expect(
      segmentPopularity({ interactions, until: 3 * day })
        .top(undefined)
        .find(({ item }) => item === 'bread')?.score,
    ).toBeCloseTo(2 / 6);
    const fading = segmentPopularity({ interactions, halfLifeDays: 1 }).top(undefined);
    const weights = rows.filter(({ value }) => value > 0).map(({ timestamp, item }) => ({ item, weight: 2 ** -(59 - timestamp / day) }));
    const share = (item?: string) => weights.filter((one) => !item || one.item === item).reduce((sum, { weight }) => sum + weight, 0);
    expect(fading[0]).toEqual({ item: 'rice', score: expect.closeTo(share('rice') / share(), 12) });
  });

  it('is a popular source of a ranker, by user or by context', async () => {
    const byUser = new HybridRanker({ sources: { popular: segmentPopularity({ interactions, segmentOfUser, prior: 10 }) } });
    const page = await byUser.rank({ user: 'de99' }, { n: 1 });
    expect([page.strategy, names(page.items)]).toEqual(['popular', ['bread']]);
    const segmentOfRequest = ({ context }: { context?: Readonly<Record<string, unknown>> }) => context?.country as string | undefined;
    const byContext = new HybridRanker({ sources: { popular: segmentPopularity({ interactions, segmentOfUser, segmentOfRequest }) } });
    expect(names((await byContext.rank({ context: { country: 'jp' }, history: ['rice'] }, { n: 1 })).items)).toEqual(['tea']);
  });

  it('refuses what it cannot count', () => {
    const untimed = Interactions.fromColumns({ users: ['a'], items: ['x'] });
    const code = (value: string) => expect.objectContaining({ code: value });
    expect(() => segmentPopularity({ interactions: untimed, halfLifeDays: 3 })).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => segmentPopularity({ interactions, from: 1e15 })).toThrow(code('ERR_EMPTY'));
    expect(() => segmentPopularity({ interactions: [] as never })).toThrow(code('ERR_BAD_OPTION'));
    expect(() => segmentPopularity({ interactions, prior: -1 })).toThrow(code('ERR_BAD_OPTION'));
    expect(() => segmentPopularity({ interactions }).top(undefined, { n: -1 })).toThrow(code('ERR_BAD_OPTION'));
    expect(() => segmentPopularity({ interactions }).top(undefined, { N: 3 } as never)).toThrow(code('ERR_BAD_OPTION'));
  });
});
