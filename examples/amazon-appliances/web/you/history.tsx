import { Failure } from '../components/states.tsx';
import type { HistoryEntry, HistoryEvent } from '../lib/api.ts';
import { type Loading, latest } from '../lib/loading.ts';
import { productUrl } from '../lib/words.ts';

interface Line {
  id: string;
  title: string;
  image_url?: string;
  what: string;
  time: number | null;
}

const words: Record<string, string> = {
  like: 'Liked',
  dislike: 'Disliked',
  skip: 'Skipped',
  purchase: 'Bought',
  rating: 'Rated',
  click_product: 'Opened',
};

const date = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium' });

/** Ratings and events that are about a product, newest first. */
export function History({ history }: { history: Loading<{ ratings: HistoryEntry[]; events: HistoryEvent[] }> }) {
  const known = latest(history);
  const lines = known ? linesOf(known.ratings, known.events) : [];
  return (
    <section aria-labelledby="history-title" aria-busy={history.state === 'loading'}>
      <h2 id="history-title">What the shop knows</h2>
      {history.state === 'failed' ? (
        <Failure error={history.error} onRetry={history.retry} />
      ) : known && lines.length === 0 ? (
        <p class="lead">Nothing yet. Open, like, rate or buy something.</p>
      ) : (
        <ul class="history">
          {lines.map((line, k) => (
            <li key={`${line.id} ${line.time} ${k}`}>
              {line.image_url ? <img src={line.image_url} alt="" width="48" height="48" loading="lazy" /> : <span />}
              <span>
                <a href={productUrl(line.id)}>{line.title}</a>
                <small>{line.what}</small>
              </span>
              {line.time === null ? <span /> : <time dateTime={new Date(line.time).toISOString()}>{date.format(line.time)}</time>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function linesOf(ratings: HistoryEntry[], events: HistoryEvent[]): Line[] {
  const rated = ratings.map((it) => ({
    id: it.item_id,
    title: it.title,
    image_url: it.image_url,
    what: `Rated ${it.rating} of 5 stars`,
    time: it.timestamp,
  }));
  const done = events
    .filter((it) => words[it.event_type] && it.title)
    .map((it) => ({ id: it.key, title: it.title as string, image_url: it.image_url, what: words[it.event_type], time: it.timestamp }));
  return [...rated, ...done].sort((a, b) => (b.time ?? 0) - (a.time ?? 0));
}
