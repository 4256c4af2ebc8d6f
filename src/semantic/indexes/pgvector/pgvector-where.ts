import { conditionsOf, type Metadata, type MetadataValue, readWhere, type Where, type WhereValue } from '../../../contracts/where.ts';

/** Adds a value to a statement and gives back its place, such as `$3`. */
export type Bind = (value: unknown) => string;

/**
 * Conditions as SQL over the columns `metadata` (jsonb) and `lowercase` (jsonb: texts in small letters, where they differ), with the
 * meaning they have in memory. Fields and values are bound, never written. `@>` can use a GIN index.
 *
 * @throws ERR_BAD_OPTION
 */
export function whereSql(where: Where | undefined, owner: string, bind: Bind): string[] {
  readWhere(where, owner);
  return conditionsOf(where ?? {}).map(([field, condition]) => {
    if (Array.isArray(condition)) return equals(field, condition, bind);
    if (condition === null || typeof condition !== 'object') return equals(field, [condition as WhereValue], bind);
    if ('contains' in condition && condition.contains !== undefined) return contains(field, condition.contains, bind);
    return within(field, condition as { min?: number | string; max?: number | string }, bind);
  });
}

/** Metadata as the two columns keep it. */
export function metadataColumns(metadata: Metadata): { metadata: string; lowercase: string } {
  const lowercase: Metadata = {};
  for (const [field, value] of Object.entries(metadata)) {
    if (typeof value === 'string' && value !== value.toLowerCase()) define(lowercase, field, value.toLowerCase());
  }
  return { metadata: json(metadata), lowercase: json(lowercase) };
}

function equals(field: string, wanted: readonly WhereValue[], bind: Bind): string {
  const patterns = wanted.flatMap((value) => [json(record(field, value)), json(record(field, [value]))]);
  const found = `metadata @> any(${bind(patterns)}::text[]::jsonb[])`;
  return wanted.includes(null) ? `(${found} or ${entry(field, bind)} is null)` : found;
}

/** jsonb compares numbers as numbers, so nothing is cast that might not be one; texts go by their code points. */
function within(field: string, { min, max }: { min?: number | string; max?: number | string }, bind: Bind): string {
  const type = typeof (min ?? max);
  const value = entry(field, bind);
  const bounds = [
    ['>=', min],
    ['<=', max],
  ].filter(([, bound]) => bound !== undefined) as [string, number | string][];
  if (type === 'string') {
    const text = `(metadata ->> ${bind(clean(field))}::text) collate "C"`;
    const sides = bounds.map(([sign, bound]) => `${text} ${sign} ${bind(clean(String(bound)))}::text`);
    return `(jsonb_typeof(${value}) = 'string' and ${sides.join(' and ')})`;
  }
  const sides = bounds.map(([sign, bound]) => {
    const limit = Number(bound);
    if (Number.isFinite(limit)) return `${value} ${sign} ${bind(JSON.stringify(limit))}::jsonb`;
    return String((sign === '>=') === limit < 0); // no number is above infinity, all are below
  });
  return `(jsonb_typeof(${value}) = 'number' and ${sides.join(' and ')})`;
}

function contains(field: string, wanted: string | number | boolean, bind: Bind): string {
  const listed = `metadata @> ${bind(json(record(field, [wanted])))}::jsonb`;
  if (typeof wanted !== 'string') return listed;
  const name = `${bind(clean(field))}::text`;
  const part = `strpos(coalesce(lowercase ->> ${name}, metadata ->> ${name}), ${bind(clean(wanted.toLowerCase()))}::text) > 0`;
  return `(${listed} or (jsonb_typeof(metadata -> ${name}) = 'string' and ${part}))`;
}

function entry(field: string, bind: Bind): string {
  return `(metadata -> ${bind(clean(field))}::text)`;
}

function record(field: string, value: MetadataValue): Metadata {
  return define({}, field, value);
}

/** Sets a field whatever its name, `__proto__` too. */
function define(target: Metadata, field: string, value: MetadataValue): Metadata {
  return Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
}

function json(value: Metadata): string {
  const text = JSON.stringify(value);
  return /\\u0000|\\ud[89a-f]/i.test(text) ? JSON.stringify(cleaned(value)) : text;
}

function cleaned(value: MetadataValue): MetadataValue {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== 'object') return value;
  const copy: Metadata = {};
  for (const [field, one] of Object.entries(value)) define(copy, clean(field), cleaned(one));
  return copy;
}

/** PostgreSQL supports neither NUL nor lone surrogates; both become U+FFFD, in stored values and in queries. */
function clean(text: string): string {
  return text.replace(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
