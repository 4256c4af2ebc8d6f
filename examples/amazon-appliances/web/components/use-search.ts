import { useEffect, useState } from 'preact/hooks';
import { api, type SearchResult } from '../lib/api.ts';

/** What a query found. */
export interface Found {
  query: string;
  results: SearchResult[];
  failed?: boolean;
}

/** How long a person must pause in typing before the server is asked. */
const pauseMs = 90;
const listLength = 7;
/** Shorter queries find everything and nothing. */
export const shortestQuery = 2;

/** The best products for what is being typed; an answer that is no longer wanted is dropped. */
export function useSearch(query: string, isActive: boolean): Found | undefined {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    if (!isActive || query.length < shortestQuery) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      api.search(query, listLength, controller.signal).then(
        ({ results }) => setFound({ query, results }),
        () => controller.signal.aborted || setFound({ query, results: [], failed: true }),
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query, isActive]);
  return query.length < shortestQuery ? undefined : found;
}
