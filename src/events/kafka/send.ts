import { AttuneError } from '../../errors.ts';
import type { KafkaProducer } from './clients.ts';
import { streamError } from './inbox.ts';

/** A message to send, for either library. */
export interface OutgoingMessage {
  key: Uint8Array | undefined;
  value: Uint8Array | undefined;
  /** Default: the producer decides. */
  partition?: number;
  headers?: Record<string, string>;
}

/** Whether it is a producer of kafkajs. @throws ERR_BAD_OPTION when it is none of a library that is known */
export function isKafkaJs(producer: KafkaProducer, owner: string): boolean {
  const given = producer as unknown as Record<string, unknown> | null | undefined;
  if (typeof given === 'object' && given !== null && typeof given.send === 'function') {
    if (typeof given.sendBatch === 'function') return true;
    if (typeof given.metadata === 'function') return false;
  }
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${owner}: option 'producer' must be a connected producer of kafkajs or a Producer of @platformatic/kafka.`,
  );
}

/** Sends messages to a topic; resolves when the broker has them. @throws ERR_STREAM */
export async function sendTo(producer: KafkaProducer, topic: string, messages: readonly OutgoingMessage[], owner: string): Promise<void> {
  if (messages.length === 0) return;
  const kafkaJs = isKafkaJs(producer, owner);
  const { Buffer } = globalThis as unknown as {
    Buffer: { from(data: ArrayBufferLike | string, offset?: number, length?: number): Uint8Array };
  };
  const bytes = (value: Uint8Array | undefined) => value && Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  try {
    if (kafkaJs) {
      await producer.send({
        topic,
        acks: -1,
        messages: messages.map(({ key, value, ...more }) => ({
          ...more,
          key: bytes(key) ?? null,
          value: bytes(value) ?? null,
        })),
      });
      return;
    }
    await producer.send({
      acks: -1,
      messages: messages.map(({ key, value, headers, ...more }) => ({
        ...more,
        topic,
        key: bytes(key),
        value: bytes(value),
        ...(headers ? { headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])) } : {}),
      })),
    });
  } catch (error) {
    throw streamError(`could not send to '${topic}'`, error);
  }
}
