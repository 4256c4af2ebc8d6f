import { CardSkeleton, ProductCard } from '../components/product-card.tsx';
import { Empty, Failure } from '../components/states.tsx';
import type { SearchResult } from '../lib/api.ts';
import { type Loading, latest } from '../lib/loading.ts';
import { plural } from '../lib/words.ts';

interface Props {
  query: string;
  found: Loading<{ results: SearchResult[] }>;
  /** How many to show; what was found beyond these is on the next page. */
  wanted: number;
  onMore?: () => void;
  onOpen: (id: string, list: string[]) => void;
  onSearch: (query: string) => void;
}

/** On the sample, what no product has a word of is at most so similar to any (.08 to .17); what shoppers look for is above .3. */
const farthest = 0.2;

function noteOf(results: SearchResult[], hasMore: boolean): string {
  if (results.length === 0) return 'Nothing found';
  if (results[0].similarity < farthest) return 'Nothing here is close to that. These come nearest:';
  return hasMore ? `The ${plural(results.length, 'most similar product')}` : `${plural(results.length, 'product')}, most similar first`;
}

/** Everything a search found, most similar first. */
export function Found({ query, found, wanted, onMore, onOpen, onSearch }: Props) {
  const all = latest(found)?.results;
  const results = all?.slice(0, wanted);
  const hasMore = all !== undefined && all.length > wanted;
  const ids = results?.map((it) => it.parent_asin) ?? [];
  return (
    <section class="page found" aria-labelledby="found-title" aria-busy={found.state === 'loading'}>
      <header class="row-head">
        <div>
          <h1 id="found-title">“{query}”</h1>
          <p class="row-note" aria-live="polite">
            {results ? noteOf(results, hasMore) : 'Searching…'}
          </p>
        </div>
        <button type="button" class="button" onClick={() => onSearch('')}>
          Back to the shop
        </button>
      </header>
      {found.state === 'failed' ? (
        <Failure error={found.error} onRetry={found.retry} />
      ) : results?.length === 0 ? (
        <Empty title="Nothing here answers that.">
          <p>Try fewer words, or the name of the machine that the part belongs to.</p>
        </Empty>
      ) : (
        <ul class="grid">
          {results
            ? results.map((result) => (
                <li key={result.parent_asin}>
                  <ProductCard
                    level={2}
                    id={result.parent_asin}
                    product={result}
                    similarity={result.similarity}
                    onOpen={(id) => onOpen(id, ids)}
                  />
                </li>
              ))
            : Array.from({ length: 12 }, (_, k) => (
                <li key={k}>
                  <CardSkeleton />
                </li>
              ))}
        </ul>
      )}
      {hasMore && onMore ? (
        <div class="pages">
          <button type="button" class="button" onClick={onMore} disabled={found.state === 'loading'}>
            Show more
          </button>
        </div>
      ) : null}
    </section>
  );
}
