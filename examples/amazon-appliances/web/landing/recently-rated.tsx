import type { HistoryEntry } from '../lib/api.ts';
import { type Loading, latest } from '../lib/loading.ts';
import { productUrl } from '../lib/words.ts';

/** A compact list of what the recommendations are based on. */
export function RecentlyRated({ history, name }: { history: Loading<{ ratings: HistoryEntry[] }>; name: string }) {
  const ratings = latest(history)?.ratings.slice(0, 12) ?? [];
  if (ratings.length === 0) return null;
  return (
    <section class="rated" aria-labelledby="rated-title">
      <h2 id="rated-title">{name} rated</h2>
      <ul>
        {ratings.map((entry) => (
          <li key={entry.item_id}>
            <a href={productUrl(entry.item_id)} title={entry.title}>
              <img src={entry.image_url} alt={entry.title} width="72" height="72" loading="lazy" />
              <span>
                {entry.rating.toLocaleString('en-US')}
                <span aria-hidden="true"> ★</span>
                <span class="unseen"> stars</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
