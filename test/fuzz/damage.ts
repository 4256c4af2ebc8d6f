import { readSafetensors, writeSafetensors } from '../../src/data/files/safetensors.ts';

/** Numbers in [0, 1) from a seed: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Random = () => number;
export const below = (random: Random, n: number): number => Math.floor(random() * n);
export const oneOf = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)];

const strange = () => [
  undefined,
  null,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  0,
  1e308,
  2 ** 31,
  0.5,
  '',
  'x',
  '__proto__',
  '\ud800',
  '\u0000',
  'a'.repeat(5000),
  true,
  [],
  [[]],
  [null],
  {},
  { toString: 1 },
  new Map([['a', 1]]),
  new Set(['i1']),
  new Date(Number.NaN),
  10n,
  Symbol('s'),
  () => undefined,
  new Float32Array(3),
  new Uint8Array(0),
  Object.create(null),
];

/** Something that nobody expects, sometimes nested. */
export function junk(random: Random, depth = 0): unknown {
  const kind = random();
  if (depth > 2 || kind < 0.8) return oneOf(random, strange());
  if (kind < 0.9) return Array.from({ length: below(random, 4) }, () => junk(random, depth + 1));
  return Object.fromEntries(Array.from({ length: below(random, 4) }, () => [oneOf(random, names), junk(random, depth + 1)]));
}

const names = ['n', 'item', 'min', 'max', 'value', 'timestamp', 'text', 'not', 'a', '__proto__', 'constructor'];

/** Bytes with some changed, cut off, added or moved. */
export function damagedBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const how = random();
  if (how < 0.2) return bytes.slice(0, below(random, bytes.length + 1));
  if (how < 0.3) return Uint8Array.from([...bytes, ...Array.from({ length: below(random, 20) }, () => below(random, 256))]);
  const damaged = bytes.slice();
  if (how < 0.4 && bytes.length > 8)
    damaged.copyWithin(below(random, bytes.length), below(random, bytes.length), below(random, bytes.length));
  for (let k = 1 + below(random, 8); k > 0; k--)
    damaged[below(random, damaged.length)] = oneOf(random, [0, 255, 128, 34, 44, 10, below(random, 256)]);
  return damaged;
}

/** A model or index file with other contents and a checksum that is right, as a forger would make it. */
export function forged(random: Random, bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const changed = { tensors: { ...tensors }, metadata: { ...metadata } };
  for (let k = 1 + below(random, 3); k > 0; k--) {
    const name = oneOf(random, Object.keys(tensors));
    const how = random();
    if (how < 0.4) {
      const settings = JSON.parse(changed.metadata.settings ?? '{}');
      changed.metadata.settings = JSON.stringify(withJunk(random, settings)) ?? '{}';
    } else if (how < 0.5) delete changed.tensors[name];
    else if (how < 0.6) changed.tensors[name] = tensors[oneOf(random, Object.keys(tensors))];
    else if (changed.tensors[name]) {
      const { data, shape, dtype } = changed.tensors[name];
      const copy = data.slice();
      const raw = new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
      for (let e = 1 + below(random, 4); e > 0 && raw.length > 0; e--)
        raw[below(random, raw.length)] = oneOf(random, [0, 255, 127, below(random, 256)]);
      const length = random() < 0.3 ? below(random, copy.length + 1) : copy.length;
      changed.tensors[name] = {
        data: copy.subarray(0, length),
        shape: length === copy.length ? shape : [length],
        ...(dtype && { dtype }),
      } as never;
    }
  }
  return writeSafetensors(changed);
}

/** A value of JSON with one part replaced or removed. */
function withJunk(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.2)
    return oneOf(random, [null, -1, 1e9, 0.5, '', 'x', [], {}, true, value]);
  const key = oneOf(random, Object.keys(value));
  if (key === undefined) return oneOf(random, [null, [], {}]);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  copy[key] = withJunk(random, copy[key]);
  if (random() < 0.15) delete copy[key];
  return copy;
}
