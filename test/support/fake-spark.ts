import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Message, message, nested, text } from '../../src/spark/connect/protobuf.ts';

/** How a fake server answers one request: messages, then a status, or the end of the connection. */
export interface Answer {
  messages?: Uint8Array[];
  status?: number;
  error?: string;
  /** Breaks the connection instead of answering. */
  breaks?: boolean;
  /** Never answers. */
  hangs?: boolean;
}

/** A request that came. */
export interface Call {
  method: string;
  request: Message;
  headers: Record<string, unknown>;
}

/** A gRPC server that answers as a test says, for what a real server does not do on demand. */
export class FakeSpark {
  readonly calls: Call[] = [];
  /** How many connections there were. */
  connections = 0;
  readonly #server: Http2Server;

  constructor(answer: (call: Call, times: number) => Answer) {
    this.#server = createServer();
    this.#server.on('session', () => this.connections++);
    this.#server.on('stream', (stream, headers) => {
      const pieces: Buffer[] = [];
      stream.on('error', () => {});
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const method = String(headers[':path']).split('/').pop() ?? '';
        const call = { method, request: new Message(Buffer.concat(pieces).subarray(5)), headers };
        this.calls.push(call);
        respond(stream, answer(call, this.calls.filter((each) => each.method === method).length));
      });
    });
  }

  /** @returns its address */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `sc://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Names of the requests so far. */
  get methods(): string[] {
    return this.calls.map(({ method }) => method);
  }

  close(): void {
    this.#server.close();
  }
}

function respond(stream: ServerHttp2Stream, { messages = [], status = 0, error = '', breaks, hangs }: Answer): void {
  if (hangs) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': encodeURIComponent(error) }));
  for (const body of messages) {
    const frame = Buffer.alloc(5 + body.length);
    frame.writeUInt32BE(body.length, 1);
    frame.set(body, 5);
    // In pieces, since frames end where they like.
    stream.write(frame.subarray(0, 3));
    stream.write(frame.subarray(3));
  }
  if (breaks) setTimeout(() => stream.session?.destroy(), 30);
  else stream.end();
}

/** Replies of an execution. */
export const reply = {
  progress: (id: string) => message(text(13, id), nested(18)),
  complete: (id: string) => message(text(13, id), nested(14)),
  version: (version: string) => message(nested(8, text(1, version))),
};
