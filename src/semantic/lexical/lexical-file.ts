import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { IdMap } from '../../data/id-map.ts';
import { AttuneError } from '../../errors.ts';
import { Orders } from './orders.ts';
import { Postings } from './postings.ts';
import { Texts } from './texts.ts';

/** What a word index consists of. */
export interface LexicalParts {
  words: IdMap;
  /** By field. */
  fields: Postings[];
  /** The words of each field in order; none in files of versions that did not keep it. */
  orders: Orders[] | undefined;
  texts: Texts;
}

/** The part of a model file. Everything must be merged. */
export function packLexical({ words, fields, orders, texts }: LexicalParts): Pick<ModelFile, 'tensors' | 'ids'> {
  const column = <T extends Int32Array | Uint16Array | Uint8Array>(data: T) => ({ data, shape: [data.length] });
  const { keyOf, lengths, count } = texts;
  const tensors: ModelFile['tensors'] = { 'lexical.keys': column(keyOf.slice(0, count)) };
  fields.forEach((postings, field) => {
    const columns = postings.columns();
    tensors[`lexical.${field}.offsets`] = column(columns.offsets);
    tensors[`lexical.${field}.texts`] = column(columns.texts);
    tensors[`lexical.${field}.counts`] = column(columns.counts);
    tensors[`lexical.${field}.lengths`] = column(lengths[field].slice(0, count));
    const order = orders?.[field].columns();
    if (order)
      Object.assign(tensors, { [`lexical.${field}.order`]: column(order.bytes), [`lexical.${field}.orderEnds`]: column(order.ends) });
  });
  return { tensors, ids: { 'lexical.words': words } };
}

/** Texts that are added, and numbers that are checked, between two steps: some milliseconds of work. */
const addedAtOnce = 2 ** 13;
const checkedAtOnce = 2 ** 20;

/**
 * The inverse of {@link packLexical}, by steps between which others may work.
 * @param keys all keys are below this.
 * @throws ERR_BAD_FILE when its parts do not fit together.
 */
export function* unpackLexical(file: ModelFile, keys: number, fieldCount: number, hasOrders: boolean): Generator<void, LexicalParts> {
  const words = file.ids['lexical.words'] ?? new IdMap();
  const fieldNumbers = Array.from({ length: fieldCount }, (_, field) => field);
  const keyOf = tensorOf(file, 'lexical.keys', Int32Array);
  const lengths = fieldNumbers.map((field) => tensorOf(file, `lexical.${field}.lengths`, Int32Array, keyOf.length));
  const texts = new Texts(fieldCount);
  for (let text = 0; text < keyOf.length; text++) {
    const key = keyOf[text];
    if (!(key >= 0 && key < keys) || texts.textOf(key) >= 0) throw damaged('a key is out of range or occurs twice');
    texts.add(
      key,
      lengths.map((list) => list[text]),
    );
    if (text % addedAtOnce === addedAtOnce - 1) yield;
  }
  const fields: Postings[] = [];
  for (const field of fieldNumbers) fields.push(yield* openPostings(file, field, words.size, keyOf.length));
  let orders: Orders[] | undefined;
  if (hasOrders) {
    orders = [];
    for (const field of fieldNumbers) orders.push(yield* openOrders(file, field, words.size, keyOf.length));
  }
  return { words, fields, orders, texts };
}

function* openPostings(file: ModelFile, field: number, words: number, texts: number): Generator<void, Postings> {
  const offsets = tensorOf(file, `lexical.${field}.offsets`, Int32Array, words + 1);
  const numbers = tensorOf(file, `lexical.${field}.texts`, Int32Array);
  yield;
  const counts = tensorOf(file, `lexical.${field}.counts`, Uint16Array, numbers.length);
  if (offsets[0] !== 0 || offsets.at(-1) !== numbers.length || offsets.some((at, k) => k > 0 && at < offsets[k - 1]))
    throw damaged('its offsets do not increase');
  for (let k = 0; k < numbers.length; k++) {
    if (!(numbers[k] >= 0 && numbers[k] < texts)) throw damaged('a text number is out of range');
    if (k % checkedAtOnce === checkedAtOnce - 1) yield;
  }
  yield;
  return Postings.fromColumns({ offsets, texts: numbers, counts });
}

function* openOrders(file: ModelFile, field: number, words: number, texts: number): Generator<void, Orders> {
  const ends = tensorOf(file, `lexical.${field}.orderEnds`, Int32Array, texts);
  const bytes = tensorOf(file, `lexical.${field}.order`, Uint8Array);
  yield;
  const order = yield* Orders.opening(bytes, ends, texts, words);
  if (!order) throw damaged('the order of its words cannot be read');
  return order;
}

function damaged(what: string): AttuneError {
  return new AttuneError(
    'ERR_BAD_FILE',
    `The word index of this file is damaged: ${what}. Restore the file from a copy, or build the index again.`,
  );
}
