import { useEffect, useState } from 'preact/hooks';
import type { Counts } from './admin-api.ts';
import { readText } from './admin-api.ts';

/** What the charts show: one entry per look at the server. */
export interface Sample {
  good: number;
  bad: number;
  pending: number;
  requestsPerSecond: number;
  lagMs: number;
  memoryMb: number;
}

const everyMs = 2000;
const most = 150;

/** Looks at the metrics every two seconds while the page is in view. */
export function useLive(): { samples: Sample[]; counts?: Pick<Counts, 'good' | 'bad' | 'pending'> } {
  const [samples, setSamples] = useState<Sample[]>([]);
  useEffect(() => {
    let last: { requests: number; at: number } | undefined;
    const look = async () => {
      if (document.hidden) return;
      const text = await readText('/metrics', 'text/plain').catch(() => undefined);
      if (text === undefined) return;
      const requests = sum(text, 'http_request_duration_seconds_count');
      const at = performance.now();
      const requestsPerSecond = last ? Math.max(0, ((requests - last.requests) / (at - last.at)) * 1000) : 0;
      last = { requests, at };
      const sample = {
        good: sum(text, 'observations{quality="good"}'),
        bad: sum(text, 'observations{quality="bad"}'),
        pending: sum(text, 'observations{quality="pending"}'),
        requestsPerSecond,
        lagMs: sum(text, 'nodejs_eventloop_lag_p99_seconds') * 1000,
        memoryMb: sum(text, 'process_resident_memory_bytes') / 1e6,
      };
      setSamples((before) => [...before, sample].slice(-most));
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, []);
  return { samples, counts: samples.at(-1) };
}

/** The sum of the values whose names begin so, in the text format of Prometheus. */
function sum(text: string, name: string): number {
  let total = 0;
  for (const line of text.split('\n')) if (line.startsWith(name)) total += Number(line.slice(line.lastIndexOf(' ') + 1)) || 0;
  return total;
}
