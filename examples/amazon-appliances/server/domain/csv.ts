/** Text that a spreadsheet would run as a formula is put behind an apostrophe (OWASP, CSV injection). */
const formula = /^[\t\r\n ]*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** Rows as CSV (RFC 4180). Lists are joined with blanks; numbers stay numbers. */
export function toCsv(columns: readonly string[], rows: Iterable<Record<string, unknown>>): string {
  const lines = [columns.join(',')];
  for (const row of rows) lines.push(columns.map((column) => cell(row[column])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
