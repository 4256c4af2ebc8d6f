import { Agent, request } from 'node:http';

export interface Ask {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
}

export interface Load {
  answers: number;
  failures: number;
  seconds: number;
  /** Milliseconds, ascending. */
  times: Float64Array;
}

/** As many requests as the server takes, over a fixed number of connections. */
export async function saturate(
  url: string,
  next: () => Ask,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  const load = newLoad();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) await measure(url, agent, next(), load);
    }),
  );
  agent.destroy();
  return finished(load, started);
}

/** A fixed number of requests a second, whether or not the server keeps up: waiting counts, so that a slow answer is not hidden. */
export async function steady(
  url: string,
  next: () => Ask,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Map<string, Load>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const loads = new Map<string, ReturnType<typeof newLoad>>();
  const started = performance.now();
  const all: Promise<void>[] = [];
  for (let k = 0; k < perSecond * seconds; k++) {
    const due = started + (k * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const ask = next();
    const name = nameOf(ask);
    const load = loads.get(name) ?? newLoad();
    loads.set(name, load);
    all.push(measure(url, agent, ask, load, due));
  }
  await Promise.all(all);
  agent.destroy();
  return new Map(Array.from(loads, ([name, load]) => [name, finished(load, started)]));
}

const nameOf = ({ method, path }: Ask) => `${method} ${path.split('?')[0].replace(/^\/products\/.*/, '/products/{id}')}`;

export const quantile = ({ times }: Load, share: number): number =>
  times.length === 0 ? Number.NaN : times[Math.min(times.length - 1, Math.floor(times.length * share))];

const newLoad = () => ({ times: [] as number[], failures: 0 });

function finished({ times, failures }: ReturnType<typeof newLoad>, started: number): Load {
  return { answers: times.length, failures, seconds: (performance.now() - started) / 1000, times: Float64Array.from(times).sort() };
}

function measure(url: string, agent: Agent, { method, path, body }: Ask, load: ReturnType<typeof newLoad>, since = performance.now()) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise<void>((done) => {
    const fail = () => {
      load.failures++;
      done();
    };
    const sent = request(new URL(path, url), { method, agent, headers }, (response) => {
      response.on('end', () => {
        load.times.push(performance.now() - since);
        if ((response.statusCode ?? 500) >= 400) load.failures++;
        done();
      });
      response.on('error', fail);
      response.resume();
    });
    sent.on('error', fail);
    sent.end(text);
  });
}
