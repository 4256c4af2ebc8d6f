import { useRef } from 'preact/hooks';
import { Magnifier } from '../components/icons.tsx';
import type { ProductCard } from '../lib/api.ts';
import { productUrl } from '../lib/words.ts';

const ideas = [
  'quiet dishwasher for a small kitchen',
  'water filter for a French door fridge',
  'espresso at home',
  'dryer that saves energy',
];

export function Hero({ products, onSearch }: { products: ProductCard[]; onSearch: (query: string) => void }) {
  // The first ones stay, whatever is sorted or chosen further down.
  const first = useRef(products);
  if (first.current.length === 0) first.current = products;
  const shown = showpieces(first.current);
  return (
    <section class="hero" aria-labelledby="hero-title">
      <div class="hero-inside page">
        <div class="hero-words">
          <h1 id="hero-title">The machines that run a home, and the parts that keep them running.</h1>
          <p>Say what you need in your own words. We look for what you mean, not only for what you typed.</p>
          <ul class="ideas" aria-label="Searches to try">
            {ideas.map((idea) => (
              <li key={idea}>
                <button type="button" onClick={() => onSearch(idea)}>
                  <Magnifier />
                  {idea}
                </button>
              </li>
            ))}
          </ul>
        </div>
        <ul class="hero-pictures" aria-hidden="true">
          {Array.from({ length: 3 }, (_, k) => (
            <li key={k}>
              {shown[k] ? (
                <a href={productUrl(shown[k].parent_asin)} tabIndex={-1}>
                  <img src={shown[k].image_url} alt="" width="400" height="400" />
                </a>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The dearest products of three departments: machines, where the shop has them. */
function showpieces(products: ProductCard[]): ProductCard[] {
  const departments = new Set<string | null>();
  return products
    .toSorted((a, b) => (b.price ?? 0) - (a.price ?? 0))
    .filter(({ category }) => !departments.has(category) && departments.add(category))
    .slice(0, 3);
}
