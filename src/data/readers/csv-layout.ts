/**
 * What ends the lines: 10 (LF or CRLF), 13 in files of old Macs, or undefined while there is no end of a line yet. Lone CRs in a file of
 * LFs belong to its texts, so the more frequent one outside of quotes decides.
 */
export function guessNewline(data: Buffer, at: number, last: boolean, quote: number): 10 | 13 | undefined {
  let inside = false;
  let returns = 0;
  let newlines = 0;
  for (let k = at; k < data.length; k++) {
    const c = data[k];
    if (c === quote) inside = !inside;
    else if (inside) continue;
    else if (c === 10) {
      if (++newlines === 1 && returns === 0) return 10; // the usual case
    } else if (c === 13 && data[k + 1] !== 10 && (last || k + 1 < data.length)) returns++;
  }
  if (newlines + returns > 0) return returns > newlines ? 13 : 10;
  return last ? 10 : undefined;
}

/**
 * The candidate that is most frequent outside of quotes in the first line with something in it; a comma when there is none. Two colons before
 * any other are the delimiter, however many commas and bars are in the texts behind them, as in the titles and genres of MovieLens.
 */
export function guessDelimiter(data: Buffer, at: number, newline: number, quote: number): string {
  const counts = new Map<number, number>([...',;\t|\x01'].map((c) => [c.charCodeAt(0), 0]));
  let inside = false;
  let some = false;
  for (; at < data.length; at++) {
    const c = data[at];
    if (c === quote) inside = !inside;
    if (c === newline && !inside && some) break;
    if (c !== 10 && c !== 13) some = true;
    if (inside) continue;
    if (counts.has(c)) counts.set(c, (counts.get(c) ?? 0) + 1);
    if (c === 58 && data[at + 1] === 58 && [...counts.values()].every((count) => count === 0)) return '::';
  }
  return String.fromCharCode([...counts].sort((a, b) => b[1] - a[1])[0][0]);
}

/** The delimiter that a first line `sep=;` names, which spreadsheets write and read, or undefined. */
export function namedDelimiter(line: string): string | undefined {
  return /^sep=(.)\r?$/i.exec(line)?.[1];
}
