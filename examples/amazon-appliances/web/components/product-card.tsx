import './product-card.css';
import type { Card } from '../lib/api.ts';
import { inDollars, inPercent, productUrl } from '../lib/words.ts';
import { Stars } from './stars.tsx';

interface Props {
  id: string;
  product: Card;
  /** Why it is shown. */
  reason?: string;
  /** How well it answers a search, 0 to 1. */
  similarity?: number;
  onOpen?: (id: string) => void;
  /** The level of its heading. Default 3, below that of a section. */
  level?: 2 | 3;
}

export function ProductCard({ id, product, reason, similarity, onOpen, level = 3 }: Props) {
  const Heading = `h${level}` as const;
  return (
    <article class="card">
      <div class="card-picture">
        <img src={product.image_url} alt="" width="400" height="400" loading="lazy" decoding="async" />
        {similarity === undefined ? null : <Match similarity={similarity} />}
      </div>
      <div class="card-text">
        {product.store ? <p class="card-brand">{product.store}</p> : null}
        <Heading class="card-title">
          <a href={productUrl(id)} onClick={() => onOpen?.(id)} title={product.title}>
            {product.title}
          </a>
        </Heading>
        <Stars rating={product.average_rating} count={product.rating_number} />
        <Price amount={product.price} />
        {reason ? <p class="card-reason">{reason}</p> : null}
      </div>
    </article>
  );
}

export function Price({ amount }: { amount: number | null }) {
  return amount === null ? <p class="price none">Price on request</p> : <p class="price">{inDollars(amount)}</p>;
}

export function Match({ similarity }: { similarity: number }) {
  return (
    <p class="match">
      <span class="match-meter" aria-hidden="true">
        <span style={{ width: inPercent(similarity) }} />
      </span>
      {inPercent(similarity)}
      <span class="unseen"> similar to your search</span>
    </p>
  );
}

/** Where a card will be. */
export function CardSkeleton() {
  return (
    <div class="card skeleton" aria-hidden="true">
      <div class="card-picture" />
      <div class="card-text">
        <span class="bone short" />
        <span class="bone" />
        <span class="bone half" />
      </div>
    </div>
  );
}
