import { numberOfText } from '../../data/number-text.ts';
import { AttuneError, shown } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { order } from './facets.ts';

/** A field to sort by. */
export interface SortField {
  field: string;
  /** 1 from small to large, -1 the other way round. */
  direction: 1 | -1;
}

/** Reads `'price'`, `{ price: 'desc' }`, or a list of such. @throws ERR_BAD_OPTION */
export function sortOption(value: unknown, name: string): SortField[] | undefined {
  if (value === undefined) return undefined;
  const fields = (Array.isArray(value) ? value : [value]).flatMap((part: unknown): SortField[] => {
    if (typeof part === 'string' && part !== '') return [{ field: part, direction: 1 }];
    if (part !== null && typeof part === 'object' && !Array.isArray(part)) {
      const given = Object.entries(part).filter(([, way]) => way !== undefined);
      if (given.length > 0 && given.every(([, way]) => way === 'asc' || way === 'desc'))
        return given.map(([field, way]) => ({ field, direction: way === 'asc' ? 1 : -1 }));
    }
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name} must be a field such as 'price', { price: 'desc' }, or a list of such, got ${shown(part)}.`,
    );
  });
  return fields.length > 0 ? fields : undefined;
}

/** Sorts a ranking by fields; items without a field come last, equal ones stay in order of relevance. Text that holds nothing but numbers has their order. */
export function sortedBy(catalogue: Catalogue, { indices, scores }: Ranked, fields: readonly SortField[]): Ranked {
  const columns = fields.map(({ field }) => inNumbers(Array.from(indices, (key) => fieldOf(catalogue, key, field))));
  const places = Array.from(indices.keys()).sort((a, b) => {
    for (const [f, { direction }] of fields.entries()) {
      const left = columns[f][a];
      const right = columns[f][b];
      if (left === undefined || right === undefined) {
        if (left !== right) return left === undefined ? 1 : -1;
        continue;
      }
      const difference = direction * order(left, right);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return { indices: Int32Array.from(places, (place) => indices[place]), scores: Float32Array.from(places, (place) => scores[place]) };
}

/** A column as numbers if all of it reads as such, whether numbers or text; else as it is. */
function inNumbers(column: unknown[]): unknown[] {
  const numbers = column.map((value) => (typeof value === 'string' ? numberOfText(value) : value)); // an empty text is missing
  return numbers.every((value, k) => typeof value === 'number' || column[k] === undefined || column[k] === '') ? numbers : column;
}

/** Puts the more popular first where scores are equal. */
export function tiesBroken(catalogue: Catalogue, { indices, scores }: Ranked, field: string): Ranked {
  const popularity = Array.from(indices, (key) => {
    const value = fieldOf(catalogue, key, field);
    return typeof value === 'number' ? value : Number.NEGATIVE_INFINITY;
  });
  const places = Array.from(indices.keys()).sort(
    (a, b) => scores[b] - scores[a] || (popularity[a] === popularity[b] ? a - b : popularity[b] > popularity[a] ? 1 : -1),
  );
  return { indices: Int32Array.from(places, (place) => indices[place]), scores: Float32Array.from(places, (place) => scores[place]) };
}

function fieldOf(catalogue: Catalogue, key: number, field: string): unknown {
  const row = catalogue.rowOf(key);
  const value = row && Object.hasOwn(row, field) ? row[field] : undefined;
  return value === null ? undefined : value;
}
