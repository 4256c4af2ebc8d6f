import { diversify, HybridRanker, type HybridSource, type SourceFunction, weighted } from 'attune';
import type { Models } from '../../pipeline/system.ts';
import type { Catalogue } from './catalogue.ts';
import { notReady } from './errors.ts';

export const modelNames = ['hybrid', 'als', 'semantic', 'popular'] as const;
export type ModelName = (typeof modelNames)[number];

export const sides = ['both', 'content', 'behaviour'] as const;
export type Side = (typeof sides)[number];

/** Pages up to this size are mixed so that not every product is like the one before; longer lists are for machines. */
const longestMixedPage = 100;

/** How much behaviour counts against content, where both have something to say. */
const weights = { als: 0.7, semantic: 0.3 };

/** Ranks for people. All models together, or one of them with what everybody likes behind it. */
export function rankerFor(models: Models, catalogue: Catalogue, model: ModelName, n: number): HybridRanker {
  const { als, popular, search } = models;
  const all: Partial<Record<string, HybridSource>> = {
    als: model === 'hybrid' || model === 'als' ? als : undefined,
    semantic: model === 'hybrid' || model === 'semantic' ? search : undefined,
    popular,
  };
  const sources = present(all);
  return new HybridRanker({
    sources,
    attributes: (item) => catalogue.get(item) as Record<string, unknown> | undefined,
    fusion: fusionOf(sources),
    rerank: search && n <= longestMixedPage ? [diversify({ lambda: 0.8, by: search })] : [],
  });
}

/** Ranks what is like one product, `context.item`: by who likes it, by what it says of itself, or both. */
export function similarityRanker({ als, search }: Models, catalogue: Catalogue, side: Side): HybridRanker {
  const of = ({ context }: Parameters<SourceFunction>[0]) => context.item as string;
  const behaviour: SourceFunction = (request) => {
    const options = { n: request.n, exclude: request.exclude, onUnknown: 'empty' } as const;
    return explained(als?.similarItems(of(request), options) ?? [], 'Liked by the same people');
  };
  const content: SourceFunction = (request) => {
    const options = { n: request.n, exclude: request.exclude, onUnknown: 'empty' } as const;
    return explained(search?.similarItems(of(request), options) ?? [], 'Alike in what it is');
  };
  return new HybridRanker({
    sources: present({
      behaviour: als && side !== 'content' ? behaviour : undefined,
      content: search && side !== 'behaviour' ? content : undefined,
    }),
    attributes: (item) => catalogue.get(item) as Record<string, unknown> | undefined,
  });
}

function fusionOf(sources: Record<string, HybridSource>) {
  const theirs = Object.entries(weights).filter(([name]) => name in sources);
  return theirs.length > 0 ? weighted(Object.fromEntries(theirs)) : weighted();
}

const explained = <T>(list: T[], reason: string) => list.map((entry) => ({ ...entry, reason }));

function present(sources: Partial<Record<string, HybridSource>>): Record<string, HybridSource> {
  const there = Object.entries(sources).filter((it): it is [string, HybridSource] => it[1] !== undefined);
  if (there.length === 0) throw notReady('model for this');
  return Object.fromEntries(there);
}
