import { useEffect, useRef } from 'preact/hooks';

export interface TrackingEvent {
  user_id: string;
  event_type: 'page_load' | 'click_product' | 'scroll_end' | 'purchase' | 'page_visit';
  key: string;
  key_type: 'page' | 'product' | 'section';
  list_of_recommendations: string[];
  rating?: number;
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

/** Gives back a ref for the last element of a page; calls once for each key when it has come into view after scrolling. */
export function useScrollEnd(key: string, onEnd: () => void) {
  const end = useRef<HTMLDivElement>(null);
  const told = useRef<string>();
  useEffect(() => {
    const element = end.current;
    if (!element) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting || scrollY === 0 || told.current === key) return;
      told.current = key;
      onEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  });
  return end;
}
