import type { Model } from './choice.ts';

/** What the pages ask the server for, with the fields that they use. */

export interface Card {
  title: string;
  image_url: string;
  price: number | null;
  average_rating: number | null;
  rating_number: number | null;
  store: string | null;
  category: string | null;
}

export interface ProductCard extends Card {
  parent_asin: string;
}

export interface Recommendation extends Card {
  item_id: string;
  score: number;
  reasons: { text: string; kind: string }[];
}

export interface SearchResult extends ProductCard {
  similarity: number;
}

export interface Product extends ProductCard {
  features: string[];
  description: string[];
  details: Record<string, unknown>;
  categories: string[];
}

export interface ProductPage {
  page: number;
  pages: number;
  total: number;
  products: ProductCard[];
}

export interface Recommendations {
  /** Of a list of a placement; events name it. */
  recommendation_id?: string;
  strategy: 'personalized' | 'fold-in' | 'content' | 'popular';
  recommendations: Recommendation[];
}

export interface Category {
  name: string;
  count: number;
}

export interface KnownUser {
  user_id: string;
  name: string;
  ratings: number;
  taste: string;
}

export interface HistoryEntry extends Card {
  item_id: string;
  rating: number;
  timestamp: number | null;
}

export interface HistoryEvent {
  event_type: string;
  key: string;
  timestamp: number;
  title?: string;
  image_url?: string;
}

export interface Said {
  liked?: boolean;
  bought?: boolean;
  stars?: number;
}

export interface Explanation {
  strategy: 'personalized' | 'fold-in' | 'content' | 'popular';
  score: number | null;
  /** The list that it was opened from; null when it was none of a placement. */
  list: { placement: string } | null;
  reasons: { text: string; kind: string }[];
  /** What the user said of the product. */
  said: Said;
  contributions: (Card & { item_id: string; rating: number; share: number })[];
}

export type Sort = 'popular' | 'rating' | 'price-low' | 'price-high';

/** The server said no, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const api = {
  products: (query: { page: number; page_size: number; category?: string; sort?: Sort }, signal?: AbortSignal) =>
    get<ProductPage>('/products/all', query, signal),
  product: (id: string, signal?: AbortSignal) => get<Product>(`/products/${encodeURIComponent(id)}`, {}, signal),
  categories: (signal?: AbortSignal) => get<{ categories: Category[] }>('/categories', {}, signal),
  knownUsers: (signal?: AbortSignal) => get<{ users: KnownUser[] }>('/users', { n: 8 }, signal),
  history: (user: string, signal?: AbortSignal) =>
    get<{ ratings: HistoryEntry[]; events: HistoryEvent[] }>(`/users/${encodeURIComponent(user)}/history`, { n: 60 }, signal),
  recommendations: (user_id: string, n: number, model: Model, signal?: AbortSignal) =>
    model === 'hybrid'
      ? post<Recommendations>('/placements/home/recommendations', { user_id, n }, signal)
      : post<Recommendations>('/recommendations', { user_id, n, model }, signal),
  similar: (item_id: string, n: number, signal?: AbortSignal) =>
    get<{ recommendations: Recommendation[] }>('/similar-items', { item_id, n, by: 'content' }, signal),
  alsoLiked: (item_id: string, n: number, signal?: AbortSignal) =>
    get<{ recommendations: Recommendation[] }>('/similar-items', { item_id, n, by: 'behaviour' }, signal),
  explain: (user_id: string, item_id: string, recommendation_id?: string, signal?: AbortSignal) =>
    get<Explanation>('/explain', { user_id, item_id, recommendation_id }, signal),
  search: (query: string, top_k: number, signal?: AbortSignal) =>
    post<{ results: SearchResult[] }>('/search', { query, top_k, is_typing: true }, signal),
  login: (body: { role: 'user' | 'admin'; password?: string }) =>
    post<{ token: string; user_id: string; role: string; expires_in: number }>('/auth/login', body),
  feedback: (body: { user_id: string; item_id: string; type: string; value?: number; recommendation_id?: string }) =>
    post<unknown>('/feedback', body),
};

export function get<T>(path: string, query: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return ask(search ? `${path}?${search}` : path, { signal });
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal });
}

/** Asks the server. @throws in plain words when it cannot be reached: browsers say "Failed to fetch" or the like */
export async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Error('The shop cannot be reached. You may be offline.');
  }
}

export async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await reach(path, init);
  const body = await response.json().catch(() => undefined);
  if (!response.ok) throw new ApiError(response.status, body?.error?.message ?? `The server answered with ${response.status}.`);
  return body as T;
}
