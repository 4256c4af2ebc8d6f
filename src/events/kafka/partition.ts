import { AttuneError } from '../../errors.ts';

/**
 * The partition that the Java client gives a key: murmur2 of its bytes without the sign bit, modulo the number of partitions. All events
 * of a user are then in one partition and keep their order, whatever client wrote them.
 *
 * kafkajs 2 does the same; `@platformatic/kafka` 1.35 only with its `compatibilityPartitioner`, so {@link eventProducer} names the
 * partition itself.
 *
 * @param user id of the user, the key of the message
 * @param partitions number of partitions of the topic, from 1
 * @throws ERR_BAD_ARGUMENT
 */
export function partitionOf(user: string, partitions: number): number {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `partitionOf: expected the number of partitions, a whole number from 1, got ${partitions}.`);
  }
  return partitionOfBytes(new TextEncoder().encode(user), partitions);
}

/** The same of a key in UTF-8, and of a number of partitions that is valid. */
export function partitionOfBytes(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** MurmurHash2, 32 bits, with the seed of Kafka's clients (`Utils.murmur2` of the Java client). */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = 0x9747b28c ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(view.getInt32(at, true), m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  for (let at = bytes.length - 1; at >= whole; at--) hash ^= bytes[at] << (8 * (at - whole));
  if (whole < bytes.length) hash = Math.imul(hash, m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
