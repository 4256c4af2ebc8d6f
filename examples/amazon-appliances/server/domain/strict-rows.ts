import { type CatalogueEntry, productColumns, readProduct } from '../../etl/product.ts';
import { type Rating, readRating, reviewColumns } from '../../etl/review.ts';
import { parsedText, plainText } from '../../etl/text.ts';
import { countOf, firstOf, numberOf, priceOf, truthOf } from '../../etl/values.ts';

type Row = Record<string, unknown>;

/** A rule for the value of some columns, and what it says of one that breaks it. */
interface Rule {
  columns: readonly string[];
  holds(value: unknown): boolean;
  says: string;
}

/** A product, or the rule that it breaks. A file may be untidy; what an administrator types is right or refused. */
export function readProductStrictly(row: Row): CatalogueEntry | string {
  const broken = brokenRule(row, productRules);
  if (broken !== undefined) return broken;
  const read = readProduct(row);
  return typeof read === 'string' ? read : read.product;
}

/** The same of a rating. */
export function readRatingStrictly(row: Row): Rating | string {
  return brokenRule(row, ratingRules) ?? readRating(row);
}

const largestPrice = 1e9;

const productRules: readonly Rule[] = [
  { columns: productColumns.item, holds: (it) => !String(it).includes('\0'), says: 'holds a NUL' },
  { columns: productColumns.title, holds: (it) => isText(it) && plainText(it) !== '', says: 'is not a text' },
  { columns: productColumns.mainCategory, holds: isText, says: 'is not a text' },
  { columns: productColumns.store, holds: isText, says: 'is not a text' },
  { columns: productColumns.categories, holds: isTexts, says: 'is not a list of texts' },
  { columns: productColumns.features, holds: isTexts, says: 'is not a list of texts' },
  { columns: productColumns.description, holds: isTexts, says: 'is not a list of texts' },
  { columns: productColumns.price, holds: (it) => isWithin(priceOf(it), Number.MIN_VALUE, largestPrice), says: 'is not a number above 0' },
  { columns: productColumns.averageRating, holds: (it) => isWithin(numberOf(it), 0, 5), says: 'is not a number from 0 to 5' },
  { columns: productColumns.ratingNumber, holds: isCount, says: 'is not a whole number from 0' },
  { columns: ['details'], holds: (it) => isObject(parsedText(it)), says: 'is not an object' },
  { columns: ['images'], holds: (it) => typeof it === 'object' || typeof it === 'string', says: 'is not a list of pictures' },
];

const ratingRules: readonly Rule[] = [
  {
    columns: reviewColumns.verified,
    holds: (it) => truthOf(it) !== undefined && (typeof it !== 'number' || it === 0 || it === 1),
    says: 'is neither true nor false',
  },
  { columns: reviewColumns.helpful, holds: (it) => [it].flat().every(isCount), says: 'is not a whole number from 0' },
];

function brokenRule(row: Row, rules: readonly Rule[]): string | undefined {
  for (const { columns, holds, says } of rules) {
    const column = columns.find((name) => firstOf(row, [name]) !== undefined);
    if (column !== undefined && !holds(row[column])) return `${column} ${says}`;
  }
  return undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** Texts, texts in lists, or JSON of them. */
function isTexts(value: unknown): boolean {
  return [parsedText(value)].flat(3).every((it) => it === null || isText(it));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  const count = countOf(value);
  return Number.isSafeInteger(count) && (count as number) >= 0;
}

function isWithin(number: number | null | undefined, from: number, to: number): boolean {
  return typeof number === 'number' && number >= from && number <= to;
}
