import { useEffect, useRef } from 'preact/hooks';

export interface TrackingEvent {
  user_id: string;
  event_type: 'page_load' | 'click_product' | 'scroll_end' | 'purchase' | 'page_visit';
  key: string;
  key_type: 'page' | 'product' | 'section';
  list_of_recommendations: string[];
  rating?: number;
  /** The list that it follows from. */
  recommendation_id?: string;
}

/** Tells the server what happened. Failures are ignored, because they must not disturb shopping. */
export function track(event: TrackingEvent): void {
  fetch('/tracking/event', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
    keepalive: true, // a click leaves the page before the answer comes
  }).catch(() => undefined);
}

/** How far from the end counts as the end: browsers round positions, and nobody scrolls to the last pixel. */
const nearEnd = '0px 0px 24px 0px';
/** A page that fits the window is read to its end when somebody has stayed for this long. */
const stayMs = 4000;

/** Gives back a ref for the last element of a page; calls once for each key when that was reached by scrolling, or seen for a while. */
export function useScrollEnd(key: string, onEnd: () => void) {
  const end = useRef<HTMLDivElement>(null);
  const told = useRef<string>();
  const tell = useRef(onEnd);
  tell.current = onEnd;
  useEffect(() => {
    const element = end.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = () => {
      if (told.current === key) return;
      told.current = key;
      tell.current();
    };
    const observer = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(timer);
        if (!entry.isIntersecting) return;
        if (scrollY > 0) say();
        else timer = setTimeout(say, stayMs);
      },
      { rootMargin: nearEnd },
    );
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [key]);
  return end;
}

const key = 'shop.lists';

/** Remembers from which list a product was opened, so that a purchase counts for that list. */
export function cameFrom(user: string, item: string, recommendationId: string): void {
  sessionStorage.setItem(key, JSON.stringify({ ...lists(), [`${user} ${item}`]: recommendationId }));
}

/** The list from which a product was opened in this visit. */
export const listOf = (user: string, item: string): string | undefined => lists()[`${user} ${item}`];

function lists(): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}');
  } catch {
    return {};
  }
}
