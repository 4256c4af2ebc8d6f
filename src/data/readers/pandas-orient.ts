/**
 * What a JSON object is when it holds a whole table as pandas' `to_json` writes one, and not a row: pandas' name of that orientation. Nearly
 * all rows are told by their first field, which is no object.
 */
export function pandasOrient(row: object): 'split' | 'columns' | 'index' | undefined {
  const values: unknown[] = Object.values(row);
  if (typeof values[0] !== 'object' || values[0] === null) return undefined;
  const { columns, data } = row as { columns?: unknown; data?: unknown };
  if (Array.isArray(columns) && Array.isArray(data) && Array.isArray(data[0] ?? [])) return 'split';
  if (values.length < 2 || !values.every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))) return undefined;
  if (Object.keys(row).every(isNumber)) return 'index';
  const names = Object.keys(values[0]);
  const same = values.every((value) => String(Object.keys(value as object)) === String(names));
  return same && names.length > 0 && names.every(isNumber) ? 'columns' : undefined;
}

const isNumber = (text: string) => /^\d+$/.test(text);
