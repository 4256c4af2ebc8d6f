import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { ConnectAddress } from './address.ts';
import { Message } from './protobuf.ts';

/** Status codes of gRPC that something follows from. */
export const status = {
  cancelled: 1,
  deadline: 4,
  notFound: 5,
  permission: 7,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** What a server answers instead of a result. */
export class GrpcError extends Error {
  /** gRPC's number. */
  readonly status: number;
  /** The bytes of `grpc-status-details-bin`, a `google.rpc.Status`. */
  readonly details: Uint8Array | undefined;

  constructor(code: number, text: string, details?: Uint8Array, options?: ErrorOptions) {
    super(text, options);
    this.name = 'GrpcError';
    this.status = code;
    this.details = details;
  }
}

const service = '/spark.connect.SparkConnectService/';
const windowBytes = 16 * 2 ** 20;
/** A message of a well-behaved server is far smaller; without a limit a broken one could ask for any amount of memory. */
const mostBytes = 2 ** 30;

/** How long a request may take. */
export interface Patience {
  /** How long the server may say nothing. */
  silenceMs: number;
  /** Ends the request at once, whatever the server does. */
  signal?: AbortSignal | undefined;
}

/** One connection to a Spark Connect server, made anew when it broke. gRPC is HTTP/2 with five bytes before each message. */
export class Channel {
  readonly #address: ConnectAddress;
  readonly #ca: string | Uint8Array | undefined;
  #session: ClientHttp2Session | undefined;

  constructor(address: ConnectAddress, ca: string | Uint8Array | undefined) {
    this.#address = address;
    this.#ca = ca;
  }

  /**
   * Sends messages and yields the answers. Ends the request when the caller stops early.
   * @throws GrpcError; the signal's reason
   */
  async *call(method: string, messages: Iterable<Uint8Array>, { silenceMs, signal }: Patience): AsyncGenerator<Message> {
    signal?.throwIfAborted();
    const { userAgent, headers } = this.#address;
    const session = this.#connected();
    const stream = session.request({
      ':method': 'POST',
      ':path': service + method,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': userAgent,
      ...headers,
    });
    const end = watch(stream, silenceMs);
    const stop = () => stream.close(constants.NGHTTP2_CANCEL);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for (const body of messages) await written(stream, framed(body));
      stream.end();
      yield* answers(stream);
    } catch (error) {
      end.failure ??= error instanceof GrpcError ? error : unavailable(error);
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
    signal?.throwIfAborted();
    // A connection whose packets get lost would stay open for a quarter of an hour, and further attempts would be lost as well.
    if (end.failure?.status === status.deadline) session.destroy();
    if (end.failure) throw end.failure;
    const { 'grpc-status': code, 'grpc-message': text, 'grpc-status-details-bin': details } = { ...end.headers, ...end.trailers };
    if (code === undefined) throw new GrpcError(status.unavailable, 'The connection ended without an answer.');
    if (Number(code) !== 0) throw new GrpcError(Number(code), unescaped(String(text ?? 'no message')), fromBase64(details));
  }

  /** Sends one message and resolves to the one answer. @throws GrpcError; the signal's reason */
  async unary(method: string, body: Uint8Array | Iterable<Uint8Array>, patience: Patience = { silenceMs: 60_000 }): Promise<Message> {
    let answer: Message | undefined;
    for await (const each of this.call(method, body instanceof Uint8Array ? [body] : body, patience)) answer = each;
    return answer ?? new Message(new Uint8Array(0));
  }

  /** Ends the connection. */
  close(): void {
    this.#session?.close();
    this.#session?.unref();
  }

  #connected(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const { host, port, secure } = this.#address;
    const authority = `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const settings = { initialWindowSize: windowBytes };
    const session = connect(authority, { settings, ...(this.#ca !== undefined && { ca: this.#ca as string | Buffer }) });
    session.once('connect', () => session.setLocalWindowSize(windowBytes)); // earlier it has no effect
    session.on('error', () => {}); // the streams report it
    this.#session = session;
    return session;
  }
}

interface End {
  headers?: IncomingHttpHeaders;
  trailers?: IncomingHttpHeaders;
  failure?: GrpcError;
}

/** Collects how a stream ends. */
function watch(stream: ClientHttp2Stream, silenceMs: number): End {
  const end: End = {};
  stream.on('response', (headers) => {
    end.headers = headers;
    const http = headers[':status'];
    if (http !== 200) end.failure = new GrpcError(fromHttp(http), `The server answered with HTTP status ${http}, which is not gRPC.`);
  });
  stream.on('trailers', (headers) => {
    end.trailers = headers;
  });
  stream.on('error', (error) => {
    end.failure ??= unavailable(error);
  });
  stream.setTimeout(silenceMs, () => {
    end.failure ??= new GrpcError(status.deadline, `The server said nothing for ${Math.round(silenceMs / 1000)} seconds.`);
    stream.close(constants.NGHTTP2_CANCEL);
  });
  return end;
}

/** Messages of a stream, whose pieces end anywhere. */
async function* answers(stream: ClientHttp2Stream): AsyncGenerator<Message> {
  let pieces: Buffer[] = [];
  let length = 0;
  let wanted = 5;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length < wanted) continue;
    let buffer = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    wanted = 5;
    while (buffer.length >= wanted) {
      const size = buffer.readUInt32BE(1);
      if (buffer[0] !== 0 || size > mostBytes) throw new GrpcError(status.internal, 'The server sent a compressed or oversized message.');
      wanted = 5 + size;
      if (buffer.length < wanted) break;
      yield new Message(buffer.subarray(5, wanted));
      buffer = buffer.subarray(wanted);
      wanted = 5;
    }
    pieces = buffer.length > 0 ? [buffer] : [];
    length = buffer.length;
  }
}

function framed(body: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + body.length);
  frame.writeUInt32BE(body.length, 1);
  frame.set(body, 5);
  return frame;
}

/** Waits until a piece is on its way, so that an upload is not held in memory as a whole. */
function written(stream: ClientHttp2Stream, frame: Buffer): Promise<void> {
  return new Promise((resolve, reject) => stream.write(frame, (error) => (error ? reject(error) : resolve())));
}

const unavailable = (cause: unknown) =>
  new GrpcError(status.unavailable, cause instanceof Error ? cause.message : String(cause), undefined, { cause });

/** HTTP errors of proxies, as gRPC maps them. */
function fromHttp(http: number | undefined): number {
  if (http === 401) return status.unauthenticated;
  if (http === 403) return status.permission;
  return http === 429 || http === 502 || http === 503 || http === 504 ? status.unavailable : 2;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fromBase64(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}
