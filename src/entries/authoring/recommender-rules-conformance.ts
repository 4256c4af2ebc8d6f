import type { ModelStore } from '../../contracts/model-store.ts';
import type { Capability, Recommender, UnknownPolicy } from '../../contracts/recommender.ts';
import { readModelFile, writeModelFile } from '../../data/files/model-file.ts';
import { Interactions } from '../../data/interactions.ts';
import type { AttuneError, ErrorCode } from '../../errors.ts';
import { loadRecommender } from '../../recommenders/load-recommender.ts';
import { fromRows, historyOf } from './makers.ts';
import type { Loadable } from './recommender-files-conformance.ts';
import { type Expect, suiteOf, type TestRunner } from './test-runner.ts';

/** Each capability with a call that only works where a model has it. */
const callsOf = (expect: Expect): Record<Capability, (model: Recommender, data: Interactions) => unknown> => ({
  foldIn: (model, data) => expect(listsOf(model, data).size).toBeGreaterThan(1),
  sequence: (model, data) => expect(orderCounts(model, data)).toBe(true),
  similarItems: (model) => expect(model.similarItems?.('i1').length).toBeGreaterThan(0),
  similarUsers: (model) => expect(model.similarUsers?.('u1').length).toBeGreaterThan(0),
  explain: (model) => expect(model.explain?.('u1', 'i2').score).toBe(model.score('u1', ['i2'])[0]),
  explainMany: (model) => expect(model.explainMany?.('u1', ['i2']).map(({ score }) => score)).toEqual([...model.score('u1', ['i2'])]),
  explainFor: (model) => expect(model.explainFor?.(['i1'], ['i2']).length).toBe(1),
  partialFit: (model) => model.partialFit?.(fromRows([['newcomer', 'i0', 1]])),
  forget: (model) => expect(model.forget?.('u0').users.has('u0')).toBe(false),
  earlyStopping: (model, data) => model.fit(data, { validate: () => 1, patience: 1 } as never),
});

const methods: Capability[] = ['similarItems', 'similarUsers', 'explain', 'explainMany', 'explainFor', 'partialFit', 'forget'];

/** What every family must do the same way: capabilities, seeds, options on load, ids that are numbers, reasons, lists without information. */
export function conformanceOfRules<R extends Recommender>(
  family: { make(options?: { onUnknown?: UnknownPolicy }): R; Class: Loadable<R>; can?: Partial<Record<Capability, boolean>> },
  data: Interactions,
  fitted: () => R,
  runner: TestRunner,
): void {
  const { describe, it, beforeAll, expect } = suiteOf(runner);
  const calls = callsOf(expect);
  const { make, Class } = family;
  const everyone = [...data.users];

  describe('what it can do', () => {
    for (const capability of Object.keys(calls) as Capability[])
      it(`is told without a call: ${capability}`, async () => {
        const fresh = make();
        const can = fresh.can(capability);
        expect(fitted().can(capability)).toBe(can);
        if (family.can && capability in family.can) expect(can).toBe(family.can[capability]);
        if (methods.includes(capability)) expect(can).toBe(typeof (fresh as Recommender)[capability as 'explain'] === 'function');
        await fresh.fit(data);
        if (can) await calls[capability](fresh, data);
        else if (capability === 'earlyStopping') await expectCode('ERR_BAD_OPTION', () => calls.earlyStopping(fresh, data));
        else if (!methods.includes(capability)) await expect(async () => calls[capability](fresh, data)).rejects.toThrow();
      });
    it('includes explanations of many items wherever one can be explained', () => {
      expect(make().can('explainMany')).toBe(make().can('explain'));
    });
    it('is refused for a name that is none', async () => {
      await expectCode('ERR_BAD_ARGUMENT', () => make().can('fly' as never));
    });
  });

  describe('options of the constructor', () => {
    it('take a number or a text as seed, and nothing else', async () => {
      for (const seed of [7, -1, 0.5, 'a text', undefined]) expect(() => make2({ seed })).not.toThrow();
      for (const seed of [{}, null, Number.NaN, Number.POSITIVE_INFINITY, true, [1], 1n])
        await expectCode('ERR_BAD_OPTION', () => make2({ seed }));
    });
    it('take a number of threads', async () => {
      for (const threads of [1, 4, 'auto', undefined]) expect(() => make2({ threads })).not.toThrow();
      for (const threads of [0, 257, 1.5, 'all', null]) await expectCode('ERR_BAD_OPTION', () => make2({ threads }));
    });
    const make2 = (options: object) => new Class(options as never);
  });

  describe('a stored model', () => {
    it('takes threads and a policy for unknown ids when it is loaded', async () => {
      const bytes = fitted().toBytes();
      const lenient = Class.fromBytes(bytes, { threads: 1, onUnknown: 'empty' });
      expect(lenient.recommend('nobody')).toEqual([]);
      expect([...lenient.recommendMany(everyone)]).toEqual([...fitted().recommendMany(everyone)]);
      const strict = Class.fromBytes(lenient.toBytes(), { onUnknown: 'throw' });
      await expectCode('ERR_UNKNOWN_USER', () => strict.recommend('nobody'));
      expect(strict.toBytes()).toEqual(bytes);
      await expectCode('ERR_BAD_OPTION', () => Class.fromBytes(bytes, { thread: 1 } as never));
      await expectCode('ERR_BAD_OPTION', () => Class.fromBytes(bytes, { threads: 0 }));
      await expectCode('ERR_BAD_OPTION', () => Class.fromBytes(bytes, { onUnknown: 'ignore' as never }));
    });
    it('with settings that this version does not know is a bad file', async () => {
      const file = readModelFile(fitted().toBytes(), fitted().kind, 1000);
      for (const odd of [{ fromTheFuture: 1 }, { onUnknown: 'later' }]) {
        const bytes = writeModelFile({ ...file, settings: { ...file.settings, ...odd } });
        await expectCode('ERR_BAD_FILE', () => Class.fromBytes(bytes));
      }
    });
    it('is found by loadRecommender, whatever family it is', async () => {
      const bytes = fitted().toBytes();
      const model = await loadRecommender(bytes, { families: [Class], onUnknown: 'empty', threads: 2 });
      expect(model).toBeInstanceOf(Class);
      expect(model.recommend('nobody')).toEqual([]);
      const store = { get: async () => ({ bytes }), put: () => Promise.reject(new Error('not needed')) } as unknown as ModelStore;
      const stored = await loadRecommender(store, 'model@production', { families: [Class] });
      expect([...stored.recommendMany(everyone)]).toEqual([...fitted().recommendMany(everyone)]);
      await expectCode('ERR_BAD_OPTION', () => loadRecommender(bytes, { families: [Class], thread: 1 } as never));
    });
  });

  describe('ids that are numbers', () => {
    const rows = [[1, 10], [1, 11], [2, 10], [2, 12], [3, 11], [3, 12], [3, 13]]; // biome-ignore format: a table
    let model: R;
    beforeAll(async () => {
      model = await make().fit(await Interactions.from(rows.map(([user, item], timestamp) => ({ user, item, timestamp }))));
    });
    it('mean their digits wherever ids are given', () => {
      expect(model.recommend(1)).toEqual(model.recommend('1'));
      expect(model.recommend(1n)).toEqual(model.recommend('1'));
      expect(model.recommend('1', { exclude: [12] }).map(({ item }) => item)).toEqual(['13']);
      expect(new Set(model.recommend('1', { only: [12, 13] }).map(({ item }) => item))).toEqual(new Set(['12', '13']));
      const asked: string[] = [];
      const exclude = (user: string) => [asked.push(user) > 0 ? 12 : 0];
      expect([...model.recommendMany([1, 2], { exclude })]).toEqual([...model.recommendMany(['1', '2'], { exclude: ['12'] })]);
      expect(asked).toEqual(['1', '2']);
      expect(model.recommendMany([1, 2]).users).toEqual(['1', '2']);
      expect(model.recommendFor([10, { item: 11 }])).toEqual(model.recommendFor(['10', { item: '11' }]));
      expect(model.score(1, [12])).toEqual(model.score('1', ['12']));
      expect(model.interactionsOf(1)).toEqual(model.interactionsOf('1'));
      expect(model.whyNot(1, 10)).toEqual({ reason: 'seen', value: 1 });
      expect(model.similarItems?.(12, { exclude: [10] })).toEqual(model.similarItems?.('12', { exclude: ['10'] }));
      expect(model.similarUsers?.(1, { only: [2] })).toEqual(model.similarUsers?.('1', { only: ['2'] }));
      expect(model.explain?.(1, 12)).toEqual(model.explain?.('1', '12'));
      expect(model.explainMany?.(1, [12])).toEqual(model.explainMany?.('1', ['12']));
    });
    it('are refused when they are no ids, never passed over', async () => {
      for (const bad of [12.5, {}, null, undefined, Number.NaN, 2 ** 53, true] as never[]) {
        const codes = bad === undefined || bad === null || typeof bad === 'object' ? ['ERR_BAD_ID', 'ERR_BAD_ARGUMENT'] : ['ERR_BAD_ID'];
        for (const onUnknown of ['throw', 'empty'] as const) {
          await expectCode('ERR_BAD_ID', () => model.recommend(bad, { onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.recommendMany([bad], { onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.recommend('1', { exclude: [bad], onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.recommend('1', { only: ['12', bad], onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.recommendMany(['1'], { exclude: () => [bad], onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.score('1', [bad], { onUnknown }));
          await expectCode(codes, () => model.recommendFor(['10', bad], { onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.recommendFor([{ item: bad ?? Number.NaN }], { onUnknown }));
          await expectCode('ERR_BAD_ID', () => model.whyNot('1', bad, { onUnknown }));
          if (model.similarItems) await expectCode('ERR_BAD_ID', () => model.similarItems?.(bad, { onUnknown }));
          if (model.explain) await expectCode('ERR_BAD_ID', () => model.explain?.('1', bad, { onUnknown }));
        }
      }
    });
  });

  describe('whyNot', () => {
    it('agrees with the list it is about, for users and for histories', () => {
      for (const user of everyone.slice(0, 12)) {
        for (const options of [
          { n: 3 },
          { n: 3, includeSeen: true },
          { n: 2, exclude: ['i0', 'i5'], only: ['i0', 'i1', 'i2', 'i3', 'i5', 'i8'] },
        ]) {
          const history = historyOf(data, user);
          for (const [who, ask] of [
            [user, (more: object) => fitted().recommend(user, { ...options, ...more })],
            [history, (more: object) => fitted().recommendFor(history, { ...options, ...more })],
          ] as const) {
            const list = ask({});
            const all = ask({ n: 1e6 });
            for (const item of data.items) {
              const why = fitted().whyNot(who, item, options);
              const at = all.findIndex((entry) => entry.item === item);
              expect(list.some((entry) => entry.item === item)).toBe(why.reason === 'listed');
              if (why.reason === 'listed' || why.reason === 'rank') {
                expect(why).toEqual({ reason: at < options.n ? 'listed' : 'rank', rank: at + 1, score: all[at].score, n: options.n });
              } else {
                expect(at).toBe(-1);
                const seen = history.find((entry) => entry.item === item);
                const { exclude, only } = options as { exclude?: string[]; only?: string[] };
                if (exclude?.includes(item)) expect(why).toEqual({ reason: 'excluded' });
                else if (only && !only.includes(item)) expect(why).toEqual({ reason: 'not-in-only' });
                else expect(why).toEqual(seen ? { reason: 'seen', value: seen.value } : { reason: 'no-score' });
              }
            }
          }
        }
      }
    });
    it('names unknown ids instead of throwing', () => {
      expect(fitted().whyNot('nobody', 'i1')).toEqual({ reason: 'unknown-user' });
      expect(fitted().whyNot('u1', 'nothing')).toEqual({ reason: 'unknown-item' });
      expect(fitted().whyNot(['nothing'], 'i1').reason).toBe(fitted().can('foldIn') ? 'unknown-history' : 'listed');
    });
  });

  describe('a history', () => {
    it('counts in time order, whatever order it is given in', () => {
      const late = [
        { item: 'i1', value: 5, timestamp: 3000 },
        { item: 'i2', value: 2, timestamp: new Date(1000) },
        { item: 'i1', value: 1, timestamp: '1970-01-01T00:00:02Z' },
      ];
      expect(fitted().recommendFor(late, { n: 9 })).toEqual(
        fitted().recommendFor(
          ['i2', 'i1'].map((item) => ({ item, value: item === 'i1' ? 5 : 2 })),
          { n: 9 },
        ),
      );
    });
    it('with a time that is none is refused', async () => {
      for (const timestamp of ['yesterday', Number.NaN, {}] as never[]) {
        await expectCode('ERR_BAD_VALUE', () => fitted().recommendFor([{ item: 'i1', timestamp }]));
      }
    });
  });

  describe('a list that carries no information', () => {
    it('says so, and others do not', async () => {
      const model = await make().fit(data);
      const list = model.recommend('u1');
      expect('informed' in list).toBe(list.every(({ score }) => score === 0));
      expect(JSON.parse(JSON.stringify(list))).toEqual(list);
      const odd = await make().fit(
        fromRows([
          ['u', 'a', 0],
          ['u', 'b', 0],
          ['v', 'c', 0],
        ]),
      );
      for (const user of odd.users) {
        const all = odd.recommend(user, { includeSeen: true });
        const isBlank = all.length > 0 && all.every(({ score }) => score === 0);
        expect(all.informed).toBe(isBlank ? false : undefined);
        expect(odd.recommendMany([user], { includeSeen: true }).at(0).informed).toBe(all.informed);
      }
    });
  });
}

/** The different lists that histories of one item get. */
function listsOf(model: Recommender, data: Interactions): Set<string> {
  return new Set(Array.from(data.items, (item) => JSON.stringify(model.recommendFor([item], { includeSeen: true }))));
}

function orderCounts(model: Recommender, data: Interactions): boolean {
  const items = [...data.items].slice(0, 6);
  return JSON.stringify(model.recommendFor(items)) !== JSON.stringify(model.recommendFor(items.reverse()));
}

async function expectCode(codes: ErrorCode | readonly string[], call: () => unknown): Promise<void> {
  let code: string | undefined;
  try {
    await call();
  } catch (error) {
    code = (error as AttuneError).code;
  }
  const wanted = typeof codes === 'string' ? [codes] : codes;
  if (!wanted.includes(String(code))) throw new Error(`Expected an error with code ${wanted.join(' or ')}, got ${code ?? 'none'}.`);
}
