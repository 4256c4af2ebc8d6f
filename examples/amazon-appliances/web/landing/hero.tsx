import { Magnifier } from '../components/icons.tsx';
import type { Recommendation } from '../lib/api.ts';
import { productUrl } from '../lib/words.ts';

const ideas = [
  'quiet dishwasher for a small kitchen',
  'water filter for a French door fridge',
  'espresso at home',
  'dryer that saves energy',
];

export function Hero({ products, onSearch }: { products: Recommendation[]; onSearch: (query: string) => void }) {
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
              {products[k] ? (
                <a href={productUrl(products[k].item_id)} tabIndex={-1}>
                  <img src={products[k].image_url} alt="" width="400" height="400" />
                </a>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
