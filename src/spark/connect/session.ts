import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectAddress } from './address.ts';
import { Channel, GrpcError, status } from './channel.ts';
import { clusterError, rootCause } from './errors.ts';
import { bytes, flag, int, type Message, message, nested, text } from './protobuf.ts';

/** How long an execution may send nothing. Servers end such a stream after two minutes at the latest, and we attach again. */
const silenceMs = 180_000;
/** How long an aborted execution may take to end by itself, and a server that says nothing to take a session back. */
const graceMs = 500;
/** How long a server that let an abort go unanswered may say nothing about what is given back. */
const doubtMs = 1500;
const artifactBytes = 32 * 1024;

/** What runs on the cluster: a plan's root relation or command. */
export type Plan = Uint8Array;

/** How an execution is followed. */
export interface Execution {
  signal?: AbortSignal | undefined;
  /** Called with each message of the stream. */
  each?: ((reply: Message) => void) | undefined;
  /** Failed attempts in a row before it is given up. Default 8, about a minute. */
  attempts?: number | undefined;
}

/** A session on a Spark Connect server. It begins with its first request. */
export class ConnectSession {
  readonly #channel: Channel;
  readonly #id = randomUUID();
  readonly #user: Uint8Array;
  /** The server's number for this session: another one means that the server restarted, and that everything is gone. */
  #serverSide: string | undefined;
  /** How long an execution may send nothing. 0 = no more of them, since the last one went without an answer. */
  #silenceMs = silenceMs;

  constructor(address: ConnectAddress, ca: string | Uint8Array | undefined) {
    this.#channel = new Channel(address, ca);
    this.#user = nested(2, text(1, address.userId), text(2, address.userId));
  }

  /** Version of Spark, such as `4.0.1`. */
  async version(signal?: AbortSignal): Promise<string> {
    const reply = await this.#retried('AnalyzePlan', message(this.#head(3, 17), nested(10)), signal);
    return reply.message(8).text(1);
  }

  /** Sets options of this session. */
  async configure(options: Record<string, string>, signal?: AbortSignal): Promise<void> {
    const pairs = Object.entries(options).map(([key, value]) => nested(1, text(1, key), text(2, value)));
    await this.#retried('Config', message(this.#head(4, 8), nested(3, nested(1, ...pairs))), signal);
  }

  /**
   * Runs a plan to its end and hands on what comes. A stream that ends or breaks before the execution does is attached again, so nothing is
   * computed or received twice. @throws ERR_CLUSTER; the signal's reason, after interrupting the execution
   */
  async execute(plan: Plan, execution: Execution = {}): Promise<void> {
    const { signal } = execution;
    signal?.throwIfAborted();
    const operation = randomUUID();
    const cut = new AbortController();
    let grace: ReturnType<typeof setTimeout> | undefined;
    const interrupt = () => {
      const what = message(this.#head(3, 7), int(4, 3), text(6, operation));
      this.#channel.unary('Interrupt', what).catch(() => {});
      grace = setTimeout(() => cut.abort(), graceMs);
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      await this.#follow(plan, operation, execution, cut.signal);
    } catch (error) {
      if (cut.signal.aborted) this.#silenceMs = doubtMs;
      if (isSilence(error)) this.#silenceMs = 0;
      signal?.throwIfAborted();
      throw await this.#explained(error);
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener('abort', interrupt);
      await this.#release(operation, nested(5));
    }
  }

  /** Puts bytes where a relation can refer to them by the hash that this resolves to. */
  async upload(data: Uint8Array, signal?: AbortSignal): Promise<string> {
    const hash = createHash('sha256').update(data).digest('hex');
    const chunk = (from: number) => {
      const part = data.subarray(from, from + artifactBytes);
      return [bytes(1, part), int(2, crc32(part))] as const;
    };
    const head = () => message(text(1, this.#id), this.#user, text(6, 'attune'));
    const count = Math.ceil(data.length / artifactBytes);
    const name = text(1, `cache/${hash}`);
    // The server refuses chunks where one would do.
    const first =
      count > 1
        ? nested(4, name, int(2, data.length), int(3, count), nested(4, ...chunk(0)))
        : nested(3, nested(1, name, nested(2, ...chunk(0))));
    const parts = function* () {
      yield message(head(), first);
      for (let k = 1; k < count; k++) yield message(head(), nested(5, ...chunk(k * artifactBytes)));
    };
    try {
      await this.#channel.unary('AddArtifacts', parts(), { silenceMs, signal });
    } catch (error) {
      throw await this.#failed(error, signal);
    }
    return hash;
  }

  /** Gives everything back that the session has on the server, and ends the connection. Never throws: it stands in `finally`. */
  async close(): Promise<void> {
    const request = message(text(1, this.#id), this.#user, text(3, 'attune'));
    await this.#channel.unary('ReleaseSession', request, { silenceMs: this.#silenceMs === silenceMs ? 15_000 : graceMs }).catch(() => {});
    this.#channel.close();
  }

  async #follow(plan: Plan, operation: string, { signal, each, attempts: most = 8 }: Execution, cut: AbortSignal): Promise<void> {
    if (this.#silenceMs === 0) throw new GrpcError(status.deadline, 'The server said nothing.');
    const reattachable = nested(5, nested(1, flag(1, true)));
    let last: string | undefined;
    let attempts = 0;
    let method = 'ExecutePlan';
    for (;;) {
      const request =
        method === 'ExecutePlan'
          ? message(this.#head(4, 8), text(6, operation), nested(3, plan), reattachable)
          : message(this.#head(4, 6), text(3, operation), last === undefined ? undefined : text(5, last));
      try {
        for await (const reply of this.#channel.call(method, [request], { silenceMs: this.#silenceMs, signal: cut })) {
          last = reply.text(13);
          attempts = 0;
          this.#serverSide ||= reply.text(15);
          if (reply.has(14)) return;
          each?.(reply);
          // The server keeps what it sent until then, and would keep all of a large result.
          if (reply.has(2)) void this.#release(operation, nested(6, text(1, last)));
        }
        method = 'ReattachExecute';
      } catch (error) {
        if (signal?.aborted || !isTransient(error, last) || ++attempts >= most) throw error;
        method = last === undefined && neverArrived(error) ? 'ExecutePlan' : 'ReattachExecute';
        await sleep(Math.min(50 * 4 ** attempts, 15_000), undefined, { signal });
      }
    }
  }

  #release(operation: string, what: Uint8Array): Promise<unknown> {
    if (this.#silenceMs !== silenceMs) return Promise.resolve();
    return this.#channel.unary('ReleaseExecute', message(this.#head(4, 7), text(3, operation), what)).catch(() => {});
  }

  /** The fields that every request begins with; the numbers of two of them differ between requests. */
  #head(client: number, observed: number): Uint8Array {
    const seen = this.#serverSide ? text(observed, this.#serverSide) : undefined;
    return message(text(1, this.#id), this.#user, text(client, 'attune'), seen);
  }

  async #retried(method: string, request: Uint8Array, signal: AbortSignal | undefined): Promise<Message> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#channel.unary(method, request, { silenceMs: 60_000, signal });
      } catch (error) {
        const again = error instanceof GrpcError && error.status === status.unavailable && attempt <= 2;
        if (!again) throw await this.#failed(error, signal);
        await sleep(100 * 4 ** attempt, undefined, { signal }).catch(() => {}); // the next attempt throws the reason
      }
    }
  }

  /** What to throw when a request failed that keeps nothing on the server which the end of the session would not free. */
  async #failed(error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal?.aborted || isSilence(error)) this.#silenceMs = 0;
    return signal?.aborted ? signal.reason : this.#explained(error);
  }

  /** The error with what the server knows about its cause. */
  async #explained(error: unknown): Promise<unknown> {
    if (!(error instanceof GrpcError)) return error;
    return clusterError(
      error,
      await rootCause(error, (id) => this.#channel.unary('FetchErrorDetails', message(this.#head(4, 5), text(3, id)))),
    );
  }
}

const isSilence = (error: unknown) => error instanceof GrpcError && error.status === status.deadline;

/** Whether attaching again may help. */
function isTransient(error: unknown, last: string | undefined): boolean {
  if (!(error instanceof GrpcError)) return false;
  if (error.status === status.unavailable || error.status === status.deadline) return true;
  return /INVALID_CURSOR\.DISCONNECTED/.test(error.message) || (last === undefined && neverArrived(error));
}

/** Whether the request that began the execution was lost. */
const neverArrived = (error: unknown) => error instanceof GrpcError && /INVALID_HANDLE\.OPERATION_NOT_FOUND/.test(error.message);

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(data: Uint8Array): number {
  let c = -1;
  for (const byte of data) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ -1) >>> 0;
}
