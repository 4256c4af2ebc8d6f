import { type ModelFile, readModelFile, tensorOf, viewOf, writeModelFile } from '../../../data/files/model-file.ts';
import { AttuneError } from '../../../errors.ts';
import { packPairs, unpackPairs } from '../four-bit/four-bit-file.ts';
import { FourBitSlots } from './four-bit-slots.ts';
import type { HnswGraph } from './hnsw-graph.ts';
import type { HnswKeys } from './hnsw-keys.ts';
import type { Slots } from './slots.ts';

const kind = 'hnsw-index';
/**
 * 1: the graph is walked by codes of one byte; 2: by a second one as well where vectors are close together; 3: by codes of four bits, which are in the
 * file, since they may be all that is known of the vectors.
 */
const formatVersion = 3;

/** What a file is written from. */
interface Contents {
  dimensions: number;
  m: number;
  seed: number;
  isFourBit: boolean;
  keys: HnswKeys;
  vectors: Slots | undefined;
  graph: HnswGraph | undefined;
}

/** One safetensors file: vectors and links of the slots in use, and the keys they stand for. Codes and levels follow from them. */
export function packHnsw({ dimensions, m, seed, isFourBit, keys: keysOf, vectors: kept, graph }: Contents): Uint8Array<ArrayBuffer> {
  const slots = Int32Array.from({ length: keysOf.length }, (_, slot) => slot).filter((slot) => keysOf.has(slot));
  const count = slots.length;
  const coded = kept instanceof FourBitSlots ? kept : undefined;
  const vectors = new Float32Array(!coded || coded.keepsVectors ? count * dimensions : 0);
  const codes = new Uint8Array(coded ? count * dimensions : 0);
  const factors = new Float32Array(coded ? count : 0);
  const links = new Int32Array(count * 2 * m);
  const upper: Int32Array[] = [];
  const keys: number[] = [];
  const slotOfKey: number[] = [];
  if (graph && kept) {
    slots.forEach((slot, k) => {
      if (vectors.length > 0) vectors.set(kept.get(slot), k * dimensions);
      if (coded) {
        const of = coded.codedOf(slot);
        codes.set(of.codes, k * dimensions);
        factors[k] = of.factor;
      }
      links.set(graph.links(slot, 0), k * 2 * m);
      for (let level = 1; level <= graph.levelOf(slot); level++) upper.push(graph.links(slot, level)); // which nothing moves meanwhile
      for (const key of [...keysOf.of(slot)].sort((a, b) => a - b)) {
        keys.push(key);
        slotOfKey.push(slot);
      }
    });
  }
  const upperLinks = new Int32Array(upper.length * m);
  upper.forEach((list, k) => {
    upperLinks.set(list, k * m);
  });
  return writeModelFile({
    kind,
    formatVersion: isFourBit ? 3 : graph?.isRefined ? 2 : 1,
    settings: { dimensions: count > 0 ? dimensions : 0, m, seed, entry: count > 0 ? graph?.entry : -1 },
    tensors: {
      keys: { data: Int32Array.from(keys), shape: [keys.length] },
      slotOfKey: { data: Int32Array.from(slotOfKey), shape: [keys.length] },
      slots: { data: slots, shape: [count] },
      vectors: { data: vectors, shape: [vectors.length > 0 ? count : 0, count > 0 ? dimensions : 0] },
      ...(isFourBit && { codes: column(packPairs(codes)), factors: column(factors) }),
      links: { data: links, shape: [count, 2 * m] },
      upperLinks: { data: upperLinks, shape: [upper.length, m] },
    },
    ids: {},
  });
}

const column = <T extends Float32Array | Uint8Array>(data: T) => ({ data, shape: [data.length] });

/** Entries that are checked, and slots that get their links, between two steps: some milliseconds of work. */
const checkedAtOnce = 2 ** 20;
const linkedAtOnce = 2048;

/**
 * The inverse of {@link packHnsw}, by steps between which others may work. `links` writes the links into a graph whose slots are in place. The
 * vectors are a view of the bytes.
 * @param isVerified whether the bytes are part of a file whose checksum was verified
 * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT
 */
export function* unpackHnsw(bytes: Uint8Array, isVerified: boolean) {
  const file = readModelFile(bytes, kind, formatVersion, isVerified);
  yield;
  const dimensions = whole(file, 'dimensions', 0, 65_536);
  const m = whole(file, 'm', 4, 128);
  const seed = whole(file, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const keys = tensorOf(file, 'keys', Int32Array);
  const slotOfKey = tensorOf(file, 'slotOfKey', Int32Array, keys.length);
  const slots = tensorOf(file, 'slots', Int32Array);
  const coded = file.formatVersion === 3 ? readCodes(file, slots.length, dimensions) : undefined;
  const vectors = viewOf(file, 'vectors', Float32Array, coded ? undefined : slots.length * dimensions);
  if (vectors.length !== slots.length * dimensions && vectors.length > 0) throw damaged('a vector for each slot');
  const lowest = viewOf(file, 'links', Int32Array, slots.length * 2 * m);
  const upper = viewOf(file, 'upperLinks', Int32Array);
  const ascending = slots.every((slot, k) => slot > (k > 0 ? slots[k - 1] : -1)) && (slots.at(-1) ?? 0) < 2 ** 30;
  if (!ascending) throw damaged('slots that ascend');
  const isSlot = membersOf(slots);
  yield;
  if (new Set(slotOfKey).size !== slots.length || !slotOfKey.every(isSlot)) throw damaged('keys for all slots');
  yield;
  if (keys.some((key) => key < 0) || new Set(keys).size < keys.length || (keys.length > 0 && dimensions === 0)) {
    throw damaged('different keys from 0, of vectors');
  }
  yield;
  if (!(yield* areFinite(vectors))) throw damaged('finite numbers');
  const entry = whole(file, 'entry', -1, 2 ** 30);
  if (keys.length > 0 && !isSlot(entry)) throw damaged('an entry point that is there');
  for (const list of [lowest, upper]) if (!(yield* areLinks(list, isSlot))) throw damaged('links to slots that are there');

  function* links(graph: HnswGraph): Generator<void> {
    let at = 0;
    for (let k = 0; k < slots.length; k++) {
      const slot = slots[k];
      graph.setLinks(slot, 0, lowest.subarray(k * 2 * m, (k + 1) * 2 * m));
      for (let level = 1; level <= graph.levelOf(slot); level++, at += m) {
        const list = upper.subarray(at, at + m);
        if (list.length < m || list.some((other) => other >= 0 && graph.levelOf(other) < level))
          throw damaged('links between slots of a level');
        graph.setLinks(slot, level, list);
      }
      if (k % linkedAtOnce === linkedAtOnce - 1) yield;
    }
    if (at !== upper.length) throw damaged('the links of these slots and no more');
  }
  return { dimensions, m, seed, keys, slotOfKey, slots, vectors, coded, entry, links, isRefined: file.formatVersion === 2 };
}

function* areFinite(numbers: Float32Array): Generator<void, boolean> {
  let nothing = 0; // a product with 0 is one only where all numbers are finite
  for (let k = 0; k < numbers.length; k++) {
    nothing += numbers[k] * 0;
    if (k % checkedAtOnce === checkedAtOnce - 1) yield;
  }
  return nothing === 0;
}

function* areLinks(slots: Int32Array, isSlot: (slot: number) => boolean): Generator<void, boolean> {
  for (let k = 0; k < slots.length; k++) {
    if (slots[k] !== -1 && !isSlot(slots[k])) return false;
    if (k % checkedAtOnce === checkedAtOnce - 1) yield;
  }
  return true;
}

/** Whether a number is one of those that ascend: by flags, unless a damaged file would make them many. */
function membersOf(ascending: Int32Array): (number: number) => boolean {
  const end = (ascending.at(-1) ?? -1) + 1;
  if (end > 16 * ascending.length + 1024) {
    const members = new Set(ascending);
    return (number) => members.has(number);
  }
  const flags = new Uint8Array(end);
  for (const number of ascending) flags[number] = 1;
  return (number) => flags[number] === 1;
}

/** The codes and factors of the slots, by their place in the file. */
function readCodes(file: ModelFile, count: number, dimensions: number) {
  const pairs = tensorOf(file, 'codes', Uint8Array, Math.ceil((count * dimensions) / 2));
  const factors = tensorOf(file, 'factors', Float32Array, count);
  if (!factors.every((x) => x >= 0 && Number.isFinite(x))) throw damaged('finite factors');
  const codes = unpackPairs(pairs, count * dimensions);
  return (k: number) => ({ codes: codes.subarray(k * dimensions, (k + 1) * dimensions), factor: factors[k] });
}

function whole(file: ModelFile, name: string, min: number, max: number): number {
  const value = file.settings[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw damaged(`a whole number as '${name}'`);
}

const damaged = (expected: string) =>
  new AttuneError('ERR_BAD_FILE', `Expected ${expected} in an hnsw index. Restore the file from a copy, or build it anew.`);
