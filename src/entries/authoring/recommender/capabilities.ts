import type { Capability, Recommender } from '../../../contracts/recommender.ts';
import type { Interactions } from '../../../data/interactions.ts';
import { fromRows } from '../makers.ts';
import type { Expect } from '../test-runner.ts';
import { expectRefusal } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

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

/** Their calls change a model: they need one of their own. */
const changing: Capability[] = ['partialFit', 'forget', 'earlyStopping'];

/** What a model says it can do. */
export function capabilities<R extends Recommender>({ describe, it, expect, make, can, data, fitted }: RecommenderSuite<R>): void {
  const calls = callsOf(expect);
  describe('what it can do', () => {
    for (const capability of Object.keys(calls) as Capability[])
      it(`is told without a call: ${capability}`, async () => {
        const fresh = make();
        const able = fresh.can(capability);
        expect(fitted().can(capability)).toBe(able);
        if (capability in can) expect(able).toBe(can[capability]);
        if (methods.includes(capability)) expect(able).toBe(typeof (fresh as Recommender)[capability as 'explain'] === 'function');
        if (!able && methods.includes(capability)) return;
        const model = changing.includes(capability) ? await fresh.fit(data) : fitted();
        if (able) await calls[capability](model, data);
        else if (capability === 'earlyStopping') await expectRefusal('ERR_BAD_OPTION', () => calls.earlyStopping(model, data));
        else await expect(async () => calls[capability](model, data)).rejects.toThrow();
      });
    it('includes explanations of many items wherever one can be explained', () => {
      expect(make().can('explainMany')).toBe(make().can('explain'));
    });
    it('is refused for a name that is none', async () => {
      await expectRefusal('ERR_BAD_ARGUMENT', () => make().can('fly' as never));
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
