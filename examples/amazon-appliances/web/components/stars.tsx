import { plural } from '../lib/words.ts';

/** A mean rating as stars, in tenths of a star, with how many people gave one. */
export function Stars({ rating, count }: { rating: number | null; count?: number | null }) {
  if (rating === null) return <p class="stars none">No ratings yet</p>;
  const label = `${rating.toFixed(1)} of 5 stars${count ? `, ${plural(count, 'rating')}` : ''}`;
  return (
    <p class="stars">
      <span class="unseen">{label}</span>
      <span class="stars-row" aria-hidden="true">
        <span class="stars-full" style={{ width: `${(Math.max(0, Math.min(5, rating)) / 5) * 100}%` }} />
      </span>
      <span aria-hidden="true">
        {rating.toFixed(1)}
        {count ? <span class="stars-count"> ({plural(count, 'rating').replace(/ \w+$/, '')})</span> : null}
      </span>
    </p>
  );
}
