import { Agent, request } from 'node:http';
import { connect } from 'node:net';

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

/**
 * As many requests as the server takes, over a fixed number of connections. They are written to plain sockets, because the client of Node takes more
 * time for a request than the server for most answers, and both run on the same machine.
 *
 * @param next gives undefined when there is nothing more to ask
 */
export async function saturate(
  url: string,
  next: () => Ask | undefined,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const { hostname, port } = new URL(url);
  const load = newLoad();
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, () => converse({ host: hostname, port: Number(port) }, next, end, load)));
  return finished(load, started);
}

/** Asks over one connection, one question after the other, until the end. Answers must say how long they are. */
function converse(
  to: { host: string; port: number },
  next: () => Ask | undefined,
  end: number,
  load: ReturnType<typeof newLoad>,
): Promise<void> {
  return new Promise((done) => {
    const socket = connect(to);
    let asked = 0;
    let answer = Buffer.alloc(0);
    const ask = () => {
      const question = performance.now() > end ? undefined : next();
      if (!question) return socket.destroy();
      asked = performance.now();
      socket.write(textOf(question, to.host));
    };
    socket.on('connect', ask);
    socket.on('data', (data) => {
      answer = answer.length > 0 ? Buffer.concat([answer, data]) : data;
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const headers = answer.toString('latin1', 0, head);
      const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0);
      if (answer.length < head + 4 + length) return;
      if (Number(headers.slice(9, 12)) >= 400) load.failures++;
      load.times.push(performance.now() - asked);
      answer = Buffer.alloc(0);
      ask();
    });
    socket.on('error', () => load.failures++);
    socket.on('close', () => done());
  });
}

function textOf({ method, path, body }: Ask, host: string): string {
  if (body === undefined) return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const text = JSON.stringify(body);
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
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
