import { ApiError, type Recommendation, reach } from '../lib/api.ts';
import { adminToken, goToLogin } from '../lib/session.ts';

export interface InsertResult {
  inserted: number;
  updated: number;
  rejected: { row: number; reason: string }[];
}

export interface Counts {
  total: number;
  good: number;
  bad: number;
  pending: number;
  success_rate: number | null;
}

export interface Observation {
  id: number;
  user_id: string;
  event_type: string;
  key: string;
  list_of_recommendations: string[];
  quality: 'good' | 'bad' | 'pending';
  chosen: string | null;
  timestamp: number;
}

export interface ObservationPage {
  page: number;
  pages: number;
  total: number;
  counts: Counts;
  observations: Observation[];
}

export interface Category {
  category: string | null;
  count: number;
  average_rating: number | null;
  average_price: number | null;
}

export interface Version {
  name: string;
  kind: string;
  version: number;
  alias: string | null;
  trained_at: string;
  metrics: Record<string, number>;
}

export interface Job {
  job_id: string;
  model_type: string;
  status: 'running' | 'completed' | 'failed';
  started_at: string;
  duration_s: number;
  progress?: { phase: string; done: number; total?: number };
  gate?: { promoted: boolean; reason: string };
  error?: { message: string };
}

export interface Placement {
  name: string;
  version: number;
  saved_at: string | null;
  definition: unknown;
}

export interface Previewed {
  strategy: string;
  recommendations: Recommendation[];
}

export interface Difference {
  difference: number;
  low: number | null;
  high: number | null;
  significant: boolean;
}

export interface VariantFigures {
  variant: string | null;
  lists: number;
  users: number;
  click_rate: number | null;
  conversion_rate: number | null;
  against: { clicks: Difference; purchases: Difference } | null;
}

/** Asks as the administrator. A token that has ended leads to the log-in. */
async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await reach(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${adminToken() ?? ''}` } });
  if (response.status === 401) goToLogin();
  if (response.ok) return response;
  const body = await response.json().catch(() => undefined);
  throw new ApiError(response.status, body?.error?.message ?? `The server answered with ${response.status}.`);
}

export const read = async <T>(path: string, signal?: AbortSignal): Promise<T> => (await send(path, { signal })).json();

export const change = async <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> => {
  const init = body === undefined ? { method } : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await send(path, init)).json();
};

export const readText = async (path: string, accept: string) => (await send(path, { headers: { accept } })).text();

/** The states of a training as they come. */
export async function followJob(id: string, onState: (job: Job) => void, signal: AbortSignal): Promise<void> {
  const response = await send(`/training/${id}`, { headers: { accept: 'text/event-stream' }, signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data) onState(JSON.parse(data));
    }
  }
}

/** What JSON text holds. @throws in words for the one who typed it */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON yet: ${(error as Error).message}`);
  }
}
