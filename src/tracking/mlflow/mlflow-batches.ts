import { AttuneError } from '../../errors.ts';
import type { RunEntry } from '../entries.ts';
import type { MlflowClient } from './mlflow-client.ts';
import { asKey, asMetric, asPairs, statuses } from './mlflow-names.ts';

/** How many of each kind one request may hold. */
const most = { metrics: 1000, params: 100, tags: 100 };
/** How long entries wait before a partial batch is sent. */
const lingerMs = 1000;

type Request = [path: string, body: object];

/**
 * The entries of one run on their way to the server, in batches of what MLflow takes. They leave when a batch is full, after a second, or
 * on `flush`. While the server cannot be reached they are buffered; entries that it rejects are dropped, and the next `flush` reports it.
 */
export class MlflowBatches {
  readonly #client: MlflowClient;
  readonly #run: string;
  #entries: RunEntry[] = [];
  #values = 0;
  #sending: Promise<void> = Promise.resolve();
  #failure: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: MlflowClient, run: string) {
    this.#client = client;
    this.#run = run;
  }

  /** Takes an entry. */
  append(entry: RunEntry): void {
    this.#entries.push(entry);
    if (entry.type === 'metrics') this.#values += Object.keys(entry.metrics).length;
    if (this.#values >= most.metrics) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), lingerMs);
  }

  /** Sends all. @throws why something could not be sent, since the last time */
  async flush(): Promise<void> {
    await this.#send();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  /** Sequential, so that batches keep their order; never rejects. */
  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(async () => {
      const entries = this.#entries;
      this.#entries = [];
      this.#values = 0;
      const requests = requestsOf(this.#run, entries);
      try {
        for (const [path, body] of requests) {
          await this.#client.post(path, body).catch((error) => {
            if (error instanceof AttuneError && error.code === 'ERR_STORE') throw error;
            this.#failure ??= error; // a permanent rejection
          });
        }
      } catch (error) {
        this.#failure ??= error;
        this.#entries = [...entries, ...this.#entries]; // resend all of them: MLflow deduplicates equal points
      }
    });
    return this.#sending;
  }
}

function requestsOf(run_id: string, entries: RunEntry[]): Request[] {
  const requests: Request[] = [];
  const metrics = entries.flatMap((entry) =>
    entry.type === 'metrics'
      ? Object.entries(entry.metrics).map(([name, value]) => ({
          key: asKey(name),
          value: asMetric(value),
          step: entry.step,
          timestamp: Math.round(entry.time),
        }))
      : [],
  );
  const params = entries.flatMap((entry) => (entry.type === 'parameters' ? asPairs(entry.parameters) : []));
  const tags = entries.flatMap((entry) => (entry.type === 'tags' ? asPairs(entry.tags) : []));
  for (const part of parts(metrics, most.metrics)) requests.push(['runs/log-batch', { run_id, metrics: part }]);
  for (const part of parts(params, most.params)) requests.push(['runs/log-batch', { run_id, params: part }]);
  for (const part of parts(tags, most.tags)) requests.push(['runs/log-batch', { run_id, tags: part }]);
  for (const entry of entries) {
    if (entry.type === 'end') requests.push(['runs/update', { run_id, status: statuses[entry.status], end_time: entry.time }]);
  }
  return requests;
}

function parts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
