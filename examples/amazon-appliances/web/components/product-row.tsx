import './product-row.css';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Recommendation } from '../lib/api.ts';
import { type Loading, latest } from '../lib/loading.ts';
import { Chevron } from './icons.tsx';
import { CardSkeleton, ProductCard } from './product-card.tsx';
import { Failure } from './states.tsx';

interface Props {
  id: string;
  title: string;
  note?: ComponentChildren;
  list: Loading<Recommendation[]>;
  /** What to say when the list is empty; without it the row is left out then. */
  empty?: string;
  withReasons?: boolean;
  onOpen?: (id: string) => void;
}

/** A row of products that scrolls sideways, by hand, by keyboard, or with its two buttons. */
export function ProductRow({ id, title, note, list, empty, withReasons = false, onOpen }: Props) {
  const track = useRef<HTMLUListElement>(null);
  const items = latest(list);
  if (list.state === 'ready' && list.value.length === 0 && empty === undefined) return null;
  const scroll = (direction: 1 | -1) => {
    const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    track.current?.scrollBy({ left: direction * track.current.clientWidth * 0.85, behavior: smooth ? 'smooth' : 'auto' });
  };
  return (
    <section class="row" aria-labelledby={`${id}-title`} aria-busy={list.state === 'loading'}>
      <header class="row-head">
        <div>
          <h2 id={`${id}-title`}>{title}</h2>
          {note ? <p class="row-note">{note}</p> : null}
        </div>
        {items?.length ? (
          <div class="row-buttons">
            <button type="button" onClick={() => scroll(-1)} aria-label={`${title}: back`}>
              <Chevron left />
            </button>
            <button type="button" onClick={() => scroll(1)} aria-label={`${title}: more`}>
              <Chevron />
            </button>
          </div>
        ) : null}
      </header>
      {list.state === 'failed' ? (
        <Failure error={list.error} onRetry={list.retry} />
      ) : items?.length === 0 ? (
        <p class="row-empty">{empty}</p>
      ) : (
        <ul class="row-track" ref={track}>
          {items
            ? items.map((item) => (
                <li key={item.item_id}>
                  <ProductCard id={item.item_id} product={item} reason={withReasons ? item.reasons[0]?.text : undefined} onOpen={onOpen} />
                </li>
              ))
            : Array.from({ length: 6 }, (_, k) => (
                <li key={k}>
                  <CardSkeleton />
                </li>
              ))}
        </ul>
      )}
    </section>
  );
}
