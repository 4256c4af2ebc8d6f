import './search-box.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchResult } from '../lib/api.ts';
import { productUrl } from '../lib/words.ts';
import { Cross, Magnifier } from './icons.tsx';
import { SearchResults } from './search-results.tsx';
import { usePanel } from './use-panel.ts';
import { type Found, useSearch } from './use-search.ts';

interface Props {
  initial?: string;
  /** Enter: show everything that was found. */
  onSubmit: (query: string) => void;
  /** A product of the list was taken. */
  onOpen?: (id: string, list: string[]) => void;
}

/** Search as you type: a combobox whose list holds the best products and how similar each is to the query. */
export function SearchBox({ initial = '', onSubmit, onOpen }: Props) {
  const [query, setQuery] = useState(initial);
  const root = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const { open, setOpen, active, setActive, onKey } = usePanel(root);
  useEffect(() => setQuery(initial), [initial]);

  const wanted = query.trim();
  const found = useSearch(wanted, open);
  const results = found?.results ?? [];
  const shown = open && found !== undefined;

  const take = (result: SearchResult) => {
    onOpen?.(
      result.parent_asin,
      results.map((it) => it.parent_asin),
    );
    location.assign(productUrl(result.parent_asin));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setOpen(false);
    input.current?.blur();
    if (shown && active >= 0) take(results[active]);
    else onSubmit(wanted);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: the search element is not known to all browsers yet.
    <form class="search" role="search" ref={root} onSubmit={submit}>
      <Magnifier />
      <input
        ref={input}
        type="text"
        role="combobox"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        spellcheck={false}
        maxLength={200}
        placeholder="Search for a quiet dishwasher, a filter, a part…"
        aria-label="Search products"
        aria-expanded={shown}
        aria-controls="search-results"
        aria-autocomplete="list"
        aria-activedescendant={shown && active >= 0 ? `search-result-${active}` : undefined}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => query !== initial && setOpen(true)}
        onKeyDown={(event) => onKey(event, results.length, shown)}
      />
      {query ? (
        <button
          type="button"
          class="search-clear"
          aria-label="Clear the search"
          onClick={() => {
            setQuery('');
            setOpen(false);
            if (initial) onSubmit('');
            input.current?.focus();
          }}
        >
          <Cross />
        </button>
      ) : null}
      <div class="search-panel" hidden={!shown}>
        <SearchResults results={results} active={active} onActive={setActive} onTake={take} />
        <p class="search-note" aria-live="polite">
          {noteOf(found, wanted)}
        </p>
      </div>
    </form>
  );
}

function noteOf(found: Found | undefined, wanted: string): string {
  if (found?.failed) return 'The search cannot answer right now.';
  return found?.results.length ? 'Press Enter to see everything that matches.' : `Nothing found for “${wanted}”.`;
}
