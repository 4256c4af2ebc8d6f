import type { Product } from '../lib/api.ts';

/** All that is known about a product: its description, the rest of its features, its details. */
export function About({ product }: { product: Product }) {
  const more = product.features.slice(6);
  const details = Object.entries(product.details).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  if (product.description.length + more.length + details.length === 0) return null;
  return (
    <section class="about" aria-labelledby="about-title">
      <h2 id="about-title">About this product</h2>
      <div class="about-columns">
        {product.description.length + more.length > 0 ? (
          <div class="prose">
            {product.description.map((paragraph, k) => (
              <p key={k}>{paragraph}</p>
            ))}
            {more.length > 0 ? (
              <ul class="features">
                {more.map((feature) => (
                  <li key={feature}>{feature}</li>
                ))}
              </ul>
            ) : null}
          </div>
        ) : null}
        {details.length > 0 ? (
          <dl class="details">
            {details.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{String(value)}</dd>
              </div>
            ))}
          </dl>
        ) : null}
      </div>
    </section>
  );
}
