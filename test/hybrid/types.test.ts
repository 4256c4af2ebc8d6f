import {
  type ColdStart,
  coldStart,
  fitFusion,
  HybridRanker,
  type HybridSource,
  type LearnedFusionModel,
  learnedFusion,
  reciprocalRank,
  type SourceFusion,
  weighted,
} from 'attune';
import { expect, it } from 'vitest';
import { fakeModel, ranked } from './fakes.ts';

const coded = expect.objectContaining({ code: 'ERR_BAD_OPTION' });
const sources = { als: fakeModel({ u: ['a'] }), trending: () => ranked('b') };

it('names of sources that are not there do not compile, and are refused at run time', () => {
  // @ts-expect-error misspelt
  expect(() => new HybridRanker({ sources, fusion: weighted({ alz: 1 }) })).toThrow(coded);
  // @ts-expect-error one of two is misspelt
  expect(() => new HybridRanker({ sources, fusion: weighted({ als: 1, trendy: 1 }) })).toThrow(coded);
  // @ts-expect-error misspelt
  expect(() => new HybridRanker({ sources, fusion: reciprocalRank({ k: 60, weights: { alz: 1 } }) })).toThrow(coded);
  // @ts-expect-error misspelt
  expect(() => new HybridRanker({ sources, coldStart: coldStart({ roles: { trendy: 'popular' } }) })).toThrow(coded);
  // @ts-expect-error misspelt
  expect(() => new HybridRanker({ sources, timeoutMs: { alz: 100 } })).toThrow(coded);
  const model: LearnedFusionModel<'als' | 'trendy'> = {
    kind: 'learned-fusion',
    formatVersion: 1,
    sources: { als: { score: 1, rank: 1 }, trendy: { score: 1, rank: 1 } },
    events: 1,
    missed: 0,
  };
  // @ts-expect-error it was fitted with a source that this ranker lacks
  expect(() => new HybridRanker({ sources, fusion: learnedFusion(model) })).toThrow(coded);
  // @ts-expect-error no role
  expect(() => coldStart({ roles: { trending: 'best' } })).toThrow(coded);
});

it('names that are there compile, some of them or all, and names that only the running program knows', async () => {
  new HybridRanker({ sources, fusion: weighted({ als: 0.7 }), coldStart: coldStart({ knownAfter: 2, roles: { trending: 'popular' } }) });
  new HybridRanker({ sources, fusion: reciprocalRank({ weights: { als: 1, trending: 2 } }), timeoutMs: { als: 100 } });
  new HybridRanker({ sources, fusion: weighted(), coldStart: coldStart() });
  const model = await fitFusion({ sources, events: [{ request: { user: 'u' }, items: ['a'] }] });
  new HybridRanker({ sources, fusion: learnedFusion(model) });
  new HybridRanker({ sources, fusion: learnedFusion(JSON.parse(JSON.stringify(model))) });
  const weights: Record<string, number> = { als: 1 };
  new HybridRanker({ sources, fusion: weighted(weights) });
  const own: SourceFusion = { ...weighted({ als: 1 }), kind: 'own' };
  const start: ColdStart = coldStart();
  new HybridRanker({ sources, fusion: own, coldStart: start });
  const dynamic: Record<string, HybridSource> = sources;
  const ranker: HybridRanker = new HybridRanker({ sources: dynamic, fusion: weighted({ als: 1 }) });
  expect((await ranker.rank({ user: 'u' })).items[0].item).toBe('a');
});
