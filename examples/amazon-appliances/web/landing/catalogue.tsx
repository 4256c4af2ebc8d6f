import { useRef } from 'preact/hooks';
import { Chevron } from '../components/icons.tsx';
import { CardSkeleton, ProductCard } from '../components/product-card.tsx';
import { Empty, Failure } from '../components/states.tsx';
import type { Category, ProductPage, Sort } from '../lib/api.ts';
import { type Loading, latest } from '../lib/loading.ts';
import { inWhole, plural, shortCategory } from '../lib/words.ts';
import type { View } from './use-landing.ts';

interface Props {
  view: View;
  /** Whether it is all that the page shows. */
  isAlone: boolean;
  catalogue: Loading<ProductPage>;
  categories: Category[];
  onGo: (change: Partial<View>) => void;
  onOpen: (id: string, list: string[]) => void;
}

const sorts: [Sort, string][] = [
  ['popular', 'Most rated'],
  ['rating', 'Best rated'],
  ['price-low', 'Price, low to high'],
  ['price-high', 'Price, high to low'],
];

/** Departments beyond these are small, and are found by searching. */
const mostChips = 24;

/** All products by category, a hundred per page. */
export function Catalogue({ view, isAlone, catalogue, categories, onGo, onOpen }: Props) {
  const top = useRef<HTMLElement>(null);
  const shown = latest(catalogue);
  const Heading = isAlone ? 'h1' : 'h2';
  const ids = shown?.products.map((it) => it.parent_asin) ?? [];
  const turn = (page: number) => {
    onGo({ page });
    top.current?.scrollIntoView();
  };
  return (
    <section class="page catalogue" ref={top} aria-labelledby="catalogue-title" aria-busy={catalogue.state === 'loading'}>
      <header class="row-head">
        <div>
          <Heading id="catalogue-title">{view.category || 'Everything in the shop'}</Heading>
          <p class="row-note" aria-live="polite">
            {shown ? plural(shown.total, 'product') : 'Counting…'}
          </p>
        </div>
        <label class="sort">
          <span>Sort by</span>
          <select value={view.sort} onChange={(event) => onGo({ sort: event.currentTarget.value as Sort })}>
            {sorts.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </header>
      {categories.length > 1 ? (
        <nav class="chips" aria-label="Categories">
          <Chip label="All" chosen={!view.category} onChoose={() => onGo({ category: '' })} />
          {categories.slice(0, mostChips).map(({ name, count }) => (
            <Chip key={name} label={name} count={count} chosen={view.category === name} onChoose={() => onGo({ category: name })} />
          ))}
        </nav>
      ) : null}
      {catalogue.state === 'failed' ? (
        <Failure error={catalogue.error} onRetry={catalogue.retry} />
      ) : shown?.products.length === 0 ? (
        <Empty title="The shelf is empty.">
          <p>{view.page > 1 || view.category ? 'There are no products here.' : 'Load some with the command etl, or run npm start.'}</p>
        </Empty>
      ) : (
        <ul class="grid">
          {shown
            ? shown.products.map((product) => (
                <li key={product.parent_asin}>
                  <ProductCard id={product.parent_asin} product={product} onOpen={(id) => onOpen(id, ids)} />
                </li>
              ))
            : Array.from({ length: 12 }, (_, k) => (
                <li key={k}>
                  <CardSkeleton />
                </li>
              ))}
        </ul>
      )}
      {shown && shown.pages > 1 ? (
        <nav class="pages" aria-label="Pages">
          <button type="button" class="button" disabled={view.page <= 1} onClick={() => turn(view.page - 1)}>
            <Chevron left />
            Previous
          </button>
          <p>
            Page {inWhole(shown.page)} of {inWhole(shown.pages)}
          </p>
          <button type="button" class="button" disabled={view.page >= shown.pages} onClick={() => turn(view.page + 1)}>
            Next
            <Chevron />
          </button>
        </nav>
      ) : null}
    </section>
  );
}

function Chip({ label, count, chosen, onChoose }: { label: string; count?: number; chosen: boolean; onChoose: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed={chosen} onClick={onChoose}>
      {shortCategory(label)}
      {count === undefined ? null : <span class="chip-count">{inWhole(count)}</span>}
    </button>
  );
}
