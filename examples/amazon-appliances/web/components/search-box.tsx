import './search-box.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type SearchResult } from '../lib/api.ts';
import { inDollars, productUrl } from '../lib/words.ts';
import { Cross, Magnifier } from './icons.tsx';
import { Match } from './product-card.tsx';

interface Props {
  initial?: string;
  /** Enter: show everything that was found. */
  onSubmit: (query: string) => void;
  /** A product of the list was taken. */
  onOpen?: (id: string, list: string[]) => void;
}

interface Found {
  query: string;
  results: SearchResult[];
  failed?: boolean;
}

const patienceMs = 90;

/** Search as you type: a combobox whose list holds the best products and how similar each is to the query. */
export function SearchBox({ initial = '', onSubmit, onOpen }: Props) {
  const [query, setQuery] = useState(initial);
  const [found, setFound] = useState<Found>();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const root = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setQuery(initial), [initial]);

  const wanted = query.trim();
  useEffect(() => {
    if (!open || wanted.length < 2) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      api.search(wanted, 7, controller.signal).then(
        ({ results }) => setFound({ query: wanted, results }),
        () => controller.signal.aborted || setFound({ query: wanted, results: [], failed: true }),
      );
    }, patienceMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [wanted, open]);

  useEffect(() => {
    const close = (event: PointerEvent) => root.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, []);

  const results = wanted.length < 2 ? [] : (found?.results ?? []);
  const shown = open && wanted.length >= 2 && found !== undefined;
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
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // One place before the first result is the text itself.
      setActive((now) => ((now + 1 + step + results.length + 1) % (results.length + 1)) - 1);
    } else if (event.key === 'Escape') {
      if (shown) event.preventDefault();
      setOpen(false);
    }
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
        onKeyDown={onKeyDown}
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
              onClick={() => take(result)}
              onPointerMove={() => setActive(k)}
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
        <p class="search-note" aria-live="polite">
          {found?.failed
            ? 'The search cannot answer right now.'
            : results.length === 0
              ? `Nothing found for “${wanted}”.`
              : 'Press Enter to see everything that matches.'}
        </p>
      </div>
    </form>
  );
}
