import { bury, exclude, exploration, HybridRanker, limitPer, pin, type RankedPage, type RerankerLike } from 'attune';
import { epsilonGreedy, linUcb, thompsonSampling } from 'attune/cold-start';
import { offPolicyValue } from 'attune/experiments';
import { describe, expect, it } from 'vitest';
import { ranked } from './fakes.ts';

const items = Array.from({ length: 20 }, (_, k) => `i${String(k).padStart(2, '0')}`);
const attributes = (item: string) => ({ brand: item > 'i12' ? 'new' : 'old' });
const rankerWith = (...rerank: RerankerLike[]) => new HybridRanker({ sources: { all: () => ranked(...items) }, attributes, rerank });
const explored = ({ items }: RankedPage) => items.flatMap((one, at) => (one.exploration ? [{ ...one, position: at + 1 }] : []));

describe('exploration', () => {
  it('fills reserved places with what would not be on the page, and says how likely each choice was', async () => {
    const page = await rankerWith(exploration({ bandit: thompsonSampling({ seed: 3 }), positions: [3, 5] })).rank({}, { n: 6 });
    const tried = explored(page);
    expect(tried.map(({ position }) => position)).toEqual([3, 5]);
    expect(page.items.length).toBe(6);
    for (const { item, exploration: how, reasons } of tried) {
      expect(items.indexOf(item)).toBeGreaterThanOrEqual(6);
      expect(how?.bandit).toBe('thompson');
      expect(how?.arms).toContain(item);
      expect(how?.propensity).toBeCloseTo(1 / (how?.arms.length ?? 0), 3); // nothing is known of any arm
      expect(reasons[0]).toMatchObject({ source: 'exploration', kind: 'explored' });
    }
    expect(page.items.filter((one) => !one.exploration).map(({ item }) => item)).toEqual(items.slice(0, 4));
  });

  it('is the same for the same seed and the same pages', async () => {
    const run = async () => {
      const ranker = rankerWith(exploration({ bandit: thompsonSampling({ seed: 9 }), positions: [1, 2] }));
      return [await ranker.rank({}, { n: 4 }), await ranker.rank({}, { n: 4 })].map((page) => page.items.map(({ item }) => item));
    };
    const [first, second] = [await run(), await run()];
    expect(first).toEqual(second);
    expect(first[0]).not.toEqual(first[1]);
  });

  it('explores named items that no source found, and those that meet a condition', async () => {
    const named = rankerWith(exploration({ bandit: epsilonGreedy({ epsilon: 0 }), positions: [2], items: ['brand-new'] }));
    expect((await named.rank({}, { n: 3 })).items.map(({ item }) => item)).toEqual(['i00', 'brand-new', 'i01']);
    expect(explored(await named.rank({ exclude: ['brand-new'] }, { n: 3 }))).toEqual([]);
    const where = rankerWith(exploration({ bandit: epsilonGreedy({ epsilon: 1 }), positions: [1], where: { brand: 'new' } }));
    expect(explored(await where.rank({}, { n: 3 }))[0].item > 'i12').toBe(true);
  });

  it('goes around pinned items, keeps to limits, and leaves short pages whole', async () => {
    const bandit = () => thompsonSampling({ seed: 1 });
    const both = rankerWith(exploration({ bandit: bandit(), positions: [2] }), pin({ items: ['i19'], position: 3 }));
    const page = await both.rank({}, { n: 5 });
    expect(page.items[2].item).toBe('i19');
    expect(explored(page).map(({ position }) => position)).toEqual([2]);
    expect(new Set(page.items.map(({ item }) => item)).size).toBe(5);
    const limited = rankerWith(limitPer('brand', 2), exploration({ bandit: bandit(), positions: [2] }));
    const counts = (await limited.rank({}, { n: 4 })).items.filter(({ item }) => item > 'i12').length;
    expect(counts).toBeLessThanOrEqual(2);
    const short = await rankerWith(exploration({ bandit: bandit(), positions: [9] })).rank({ only: ['i01'] }, { n: 10 });
    expect(short.items.map(({ item }) => item)).toEqual(['i01']);
  });

  it('passes a context to a bandit that reads one, and is left out when the bandit throws', async () => {
    const bandit = linUcb({ dimensions: 1 });
    const page = await rankerWith(exploration({ bandit, positions: [1], context: (item) => [Number(item.slice(1))] })).rank({}, { n: 3 });
    expect(explored(page)).toMatchObject([{ item: 'i19', exploration: { propensity: undefined } }]);
    const failing = await rankerWith(exploration({ bandit: linUcb({ dimensions: 1 }), positions: [1] })).rank({}, { n: 3 });
    expect(failing.items.length).toBe(3);
    expect(failing.skipped).toMatchObject([{ source: 'rerank: exploration' }]);
  });

  it('makes logs by which another policy can be judged', async () => {
    const clickRate = (item: string) => (item === 'i07' ? 0.6 : 0.2);
    const bandit = epsilonGreedy({ epsilon: 0.5, initial: 0.3, seed: 4 });
    const ranker = rankerWith(exploration({ bandit, positions: [1], items: ['i07', 'i08', 'i09'] }));
    const log = [];
    let seed = 1;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    for (let k = 0; k < 1500; k++) {
      const [{ item, exploration: how }] = explored(await ranker.rank({}, { n: 1 }));
      const reward = random() < clickRate(item) ? 1 : 0;
      bandit.update(item, reward);
      log.push({ reward, propensity: how?.propensity as number, target: item === 'i07' ? 1 : 0 });
    }
    const { low, high } = offPolicyValue(log, { method: 'ips' });
    expect(low).toBeLessThan(0.6);
    expect(high).toBeGreaterThan(0.6);
    expect(high - low).toBeLessThan(0.25);
  });

  it.each([
    [() => exploration({ bandit: {} as never, positions: [1] }), /bandit/],
    [() => exploration({ bandit: thompsonSampling(), positions: [] }), /positions/],
    [() => exploration({ bandit: thompsonSampling(), positions: [1, 1] }), /positions/],
    [() => rankerWith(explore([2]), pin({ items: ['a', 'b'] })), /position 2/],
    [() => rankerWith(explore([2]), explore([2])), /position 2/],
    [() => rankerWith(explore([2], ['a']), exclude({ items: ['a'] })), /both name item/],
    [() => rankerWith(explore([2], ['a']), bury({ items: ['a'] })), /both name item/],
    [() => rankerWith(explore([2], ['a']), pin({ items: ['a'] })), /both name item/],
  ])('is refused when it makes no sense: %#', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION', message: expect.stringMatching(message) }));
  });
});

function explore(positions: number[], items?: string[]) {
  return exploration({ bandit: thompsonSampling(), positions, ...(items && { items }) });
}
