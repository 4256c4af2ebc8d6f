import type { BatchBuilder } from './batch.ts';

/** The fields that a rating is made of, and others whose text could name one of them in files of other years. */
const fields = ['user_id', 'parent_asin', 'rating', 'timestamp', 'verified_purchase', 'helpful_vote'] as const;
const [user, item, value, time, verified, helpful] = fields.map((_, k) => k);
const harmless = ['title', 'text', 'images', 'asin'];
const names = [...fields, ...harmless].map((name) => Buffer.from(`"${name}":`));
/** Each name as words of four bytes, the last of which may begin inside the one before. */
const nameWords = names.map((name) =>
  Int32Array.from({ length: Math.ceil(name.length / 4) }, (_, k) => name.readInt32LE(Math.min(4 * k, name.length - 4))),
);
/** The name that came after each one in the line before: files keep their order. */
const following = new Int8Array(names.length);

/** Where the value of each field begins and ends; -1 for a field that has not come. */
const starts = new Int32Array(fields.length);
const ends = new Int32Array(fields.length);

/**
 * Takes the rating out of a line of JSON as the files of 2023 have it, without making an object of it: most of a line is text that
 * no rating needs. Whatever is unusual, be it valid or not (another field, an escape in an id, an empty value, blanks), is left to the
 * caller, so that both ways give the same. The bytes have to be UTF-8, and end with a line.
 *
 * @returns where the next line begins; -1, with nothing done, when the line is unusual.
 */
export function scanReview(bytes: Uint8Array, from: number, to: number, line: number, batch: BatchBuilder): number {
  if (viewed !== bytes) view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  viewed = bytes;
  if (bytes[from] !== 123) return -1;
  starts.fill(-1);
  let at = from + 1;
  let before = names.length - 1;
  for (;;) {
    let name: number = following[before];
    if (!isNameAt(bytes, at, name)) {
      name = nameAt(bytes, at);
      if (name < 0) return -1;
      following[before] = name;
    }
    before = name;
    at += names[name].length;
    const end = endOfValue(bytes, at, to, 0);
    if (end < 0) return -1;
    if (name < fields.length) {
      if (starts[name] >= 0) return -1; // of two the last one counts, which JSON.parse knows
      starts[name] = at;
      ends[name] = end;
    }
    at = end + 1;
    if (bytes[end] === 44) continue;
    if (bytes[end] !== 125) return -1;
    if (bytes[at] === 13) at++;
    return bytes[at] === 10 && take(bytes, line, batch) ? at + 1 : -1;
  }
}

function take(bytes: Uint8Array, line: number, batch: BatchBuilder): boolean {
  for (let k = 0; k < fields.length; k++) if (starts[k] < 0) return false;
  if (!isPlainId(bytes, starts[user], ends[user]) || !isPlainId(bytes, starts[item], ends[item])) return false;
  const rating = ratingAt(bytes, starts[value], ends[value]);
  const timestamp = wholeAt(bytes, starts[time], ends[time]);
  const votes = wholeAt(bytes, starts[helpful], ends[helpful]);
  const first = bytes[starts[verified]];
  if (rating < 1 || rating > 5 || timestamp < 1e11 || votes < 0 || votes > 0x7fffffff || (first !== 116 && first !== 102)) return false;
  batch.push(
    bytes,
    starts[user] + 1,
    ends[user] - 1,
    starts[item] + 1,
    ends[item] - 1,
    rating,
    timestamp,
    first === 116 ? 1 : 0,
    votes,
    line,
  );
  return true;
}

/** The bytes of the latest line, read four at a time. */
let view: DataView = new DataView(new ArrayBuffer(0));
let viewed: Uint8Array | undefined;

/** The field whose quoted name and colon stand here, or -1. */
function nameAt(bytes: Uint8Array, at: number): number {
  for (let k = 0; k < names.length; k++) if (isNameAt(bytes, at, k)) return k;
  return -1;
}

function isNameAt(bytes: Uint8Array, at: number, name: number): boolean {
  const words = nameWords[name];
  const last = at + names[name].length - 4;
  if (last + 4 > bytes.length || view.getInt32(last, true) !== words[words.length - 1]) return false;
  for (let k = 0; k < words.length - 1; k++) if (view.getInt32(at + 4 * k, true) !== words[k]) return false;
  return true;
}

/** Where a value of JSON without blanks ends, or -1 when it is not valid or has blanks. */
function endOfValue(bytes: Uint8Array, at: number, to: number, depth: number): number {
  const first = bytes[at];
  if (first === 34) return endOfText(bytes, at + 1, to);
  if (first === 91) return bytes[at + 1] === 93 ? at + 2 : depth > 20 ? -1 : endOfItems(bytes, at + 1, to, 93, depth + 1);
  if (first === 123) return bytes[at + 1] === 125 ? at + 2 : depth > 20 ? -1 : endOfItems(bytes, at + 1, to, 125, depth + 1);
  if (first === 116) return isWord(bytes, at, 'true') ? at + 4 : -1;
  if (first === 102) return isWord(bytes, at, 'false') ? at + 5 : -1;
  if (first === 110) return isWord(bytes, at, 'null') ? at + 4 : -1;
  return endOfNumber(bytes, at, to);
}

/** The end of a list or an object, whose closing bracket is given. */
function endOfItems(bytes: Uint8Array, at: number, to: number, closing: number, depth: number): number {
  for (;;) {
    if (closing === 125) {
      if (bytes[at] !== 34) return -1;
      at = endOfText(bytes, at + 1, to);
      if (at < 0 || bytes[at] !== 58) return -1;
      at++;
    }
    const end = endOfValue(bytes, at, to, depth);
    if (end < 0) return -1;
    if (bytes[end] === closing) return end + 1;
    if (bytes[end] !== 44) return -1;
    at = end + 1;
  }
}

function endOfText(bytes: Uint8Array, at: number, to: number): number {
  const lastWord = bytes.length - 4;
  while (at < to) {
    if (at <= lastWord) {
      const special = specialIn(view.getInt32(at, true));
      if (special === 0) {
        at += 4;
        continue;
      }
      at += (31 - Math.clz32(special & -special)) >> 3;
    }
    const byte = bytes[at++];
    if (byte === 34) return at <= to ? at : -1;
    if (byte < 32) return -1;
    if (byte !== 92) continue;
    const escaped = bytes[at++];
    // " / \ b f n r t; of \u the digits are left to JSON.parse
    if (
      escaped !== 34 &&
      escaped !== 47 &&
      escaped !== 92 &&
      escaped !== 98 &&
      escaped !== 102 &&
      escaped !== 110 &&
      escaped !== 114 &&
      escaped !== 116
    ) {
      if (escaped !== 117) return -1;
      for (let k = 0; k < 4; k++) if (!isHex(bytes[at++])) return -1;
    }
  }
  return -1;
}

/** The highest bit of the lowest byte that is a quote, a backslash or a control character; 0 when none of the four is. */
function specialIn(word: number): number {
  return (zeroIn(word ^ 0x22222222) | zeroIn(word ^ 0x5c5c5c5c) | ((word - 0x20202020) & ~word)) & 0x80808080;
}

/** Has the highest bit of the lowest byte that is zero; of bytes above it the bits mean nothing. */
const zeroIn = (word: number) => (word - 0x01010101) & ~word;

const isHex = (byte: number) => (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);

/** Only plain numbers: digits, and a point with digits after it. */
function endOfNumber(bytes: Uint8Array, at: number, to: number): number {
  const start = at;
  while (at < to && bytes[at] >= 48 && bytes[at] <= 57) at++;
  if (at === start || (bytes[start] === 48 && at > start + 1)) return -1;
  if (bytes[at] !== 46) return at;
  const point = at++;
  while (at < to && bytes[at] >= 48 && bytes[at] <= 57) at++;
  return at > point + 1 ? at : -1;
}

function isWord(bytes: Uint8Array, at: number, word: string): boolean {
  for (let k = 0; k < word.length; k++) if (bytes[at + k] !== word.charCodeAt(k)) return false;
  return true;
}

/** A quoted text of visible ASCII without escapes, longer than the words for nothing ("None", "n/a"). */
function isPlainId(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start - 2;
  if (bytes[start] !== 34 || length < 5 || length > 200) return false;
  for (let k = start + 1; ; k += 4) {
    const at = Math.min(k, end - 5); // the last word may begin inside the one before
    const word = view.getInt32(at, true);
    const unusual = word | zeroIn(word ^ 0x7f7f7f7f) | zeroIn(word ^ 0x5c5c5c5c) | ((word - 0x21212121) & ~word);
    if ((unusual & 0x80808080) !== 0) return false;
    if (k >= end - 5) return true;
  }
}

/** One digit, with or without one after the point; -1 for anything else. */
function ratingAt(bytes: Uint8Array, start: number, end: number): number {
  const digit = bytes[start] - 48;
  if (end === start + 1) return digit >= 0 && digit <= 9 ? digit : -1;
  return end === start + 3 && bytes[start + 1] === 46 ? (digit * 10 + bytes[start + 2] - 48) / 10 : -1;
}

/** A whole number of at most 15 digits, or -1. */
function wholeAt(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 15) return -1;
  let number = 0;
  for (let k = start; k < end; k++) {
    const digit = bytes[k] - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return end > start ? number : -1;
}
