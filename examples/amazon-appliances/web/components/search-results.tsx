import type { SearchResult } from '../lib/api.ts';
import { inDollars } from '../lib/words.ts';
import { Match } from './product-card.tsx';

interface Props {
  results: SearchResult[];
  /** Position of the result that the keyboard is on, or -1. */
  active: number;
  onActive: (position: number) => void;
  onTake: (result: SearchResult) => void;
}

/** The list below the search box; options of its combobox. */
export function SearchResults({ results, active, onActive, onTake }: Props) {
  return (
    <div id="search-results" role="listbox" aria-label="Products found">
      {results.map((result, k) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox above.
        // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox, which names the active option.
        <div
          key={result.parent_asin}
          id={`search-result-${k}`}
          role="option"
          aria-selected={k === active}
          class="search-result"
          onClick={() => onTake(result)}
          onPointerMove={() => onActive(k)}
        >
          <img src={result.image_url} alt="" width="48" height="48" />
          <span class="search-result-title">{result.title}</span>
          <span class="search-result-side">
            {result.price === null ? null : <span>{inDollars(result.price)}</span>}
            <Match similarity={result.similarity} />
          </span>
        </div>
      ))}
    </div>
  );
}
