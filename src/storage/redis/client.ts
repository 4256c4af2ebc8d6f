import { AttuneError, shown } from '../../errors.ts';

/** A client of `ioredis`, as far as attune uses one. */
export interface IoRedisClient {
  /** Sends a command; what comes back as text is a Buffer. */
  // biome-ignore lint/suspicious/noExplicitAny: the driver describes its arguments in ways that only any fits.
  callBuffer(command: string, ...values: any[]): Promise<unknown>;
}

/** A connected client of `redis` (node-redis), as far as attune uses one. */
export interface NodeRedisClient {
  /** Sends a command. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  sendCommand(values: any, options?: any): Promise<unknown>;
}

/** What attune needs of Redis: a client of `ioredis`, or a connected one of `redis`. Closing it is the caller's. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** What a command is made of. */
export type RedisValue = string | number | Uint8Array;

/** Sends one command. Texts come back as bytes. */
export type RedisCommand = (command: string, ...values: RedisValue[]) => Promise<unknown>;

/** How commands are sent with a client, whichever it is: only ioredis has `callBuffer`. @throws ERR_BAD_ARGUMENT */
export function commandOf(client: RedisClient, owner: string): RedisCommand {
  if (client !== null && typeof client === 'object') {
    if (typeof (client as IoRedisClient).callBuffer === 'function') {
      return (command, ...values) => (client as IoRedisClient).callBuffer(command, ...values.map(plain));
    }
    if (typeof (client as NodeRedisClient).sendCommand === 'function') {
      const options = { typeMapping: { 36: bufferType() } }; // a bulk string, whose type byte is $, as bytes
      return (command, ...values) => (client as NodeRedisClient).sendCommand([command, ...values.map(plain)], options);
    }
  }
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a client of ioredis or a connected one of redis, got ${shown(client)}.`);
}

/** The class of Node, which both clients want for bytes. */
interface BufferType {
  from(data: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

function bufferType(): BufferType {
  return (globalThis as unknown as { Buffer: BufferType }).Buffer;
}

function plain(value: RedisValue): string | Uint8Array {
  return value instanceof Uint8Array ? bufferType().from(value.buffer, value.byteOffset, value.byteLength) : String(value);
}

/** A text out of an answer. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : new TextDecoder().decode(value as Uint8Array);
}
