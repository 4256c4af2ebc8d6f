import { CardSkeleton, ProductCard } from '../components/product-card.tsx';
import { Empty, Failure } from '../components/states.tsx';
import type { SearchResult } from '../lib/api.ts';
import { type Loading, latest } from '../lib/loading.ts';
import { plural } from '../lib/words.ts';

interface Props {
  query: string;
  found: Loading<{ results: SearchResult[] }>;
  onOpen: (id: string, list: string[]) => void;
  onSearch: (query: string) => void;
}

/** Everything a search found, most similar first. */
export function Found({ query, found, onOpen, onSearch }: Props) {
  const results = latest(found)?.results;
  const ids = results?.map((it) => it.parent_asin) ?? [];
  return (
    <section class="page found" aria-labelledby="found-title" aria-busy={found.state === 'loading'}>
      <header class="row-head">
        <div>
          <h1 id="found-title">“{query}”</h1>
          <p class="row-note" aria-live="polite">
            {results ? `${plural(results.length, 'product')}, most similar first` : 'Searching…'}
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
                  <ProductCard id={result.parent_asin} product={result} similarity={result.similarity} onOpen={(id) => onOpen(id, ids)} />
                </li>
              ))
            : Array.from({ length: 12 }, (_, k) => (
                <li key={k}>
                  <CardSkeleton />
                </li>
              ))}
        </ul>
      )}
    </section>
  );
}
