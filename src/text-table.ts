/** Columns padded to their widest cell. */
export function textTable(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column])].map((text) => text.length)));
  const line = (cells: string[]) =>
    cells
      .map((text, column) => text.padEnd(widths[column]))
      .join('   ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The same as Markdown. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((text) => inert(text).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** What there is of each kind, such as `3 unknown users`; without those of which there is none. */
export function counted(kinds: readonly (readonly [count: number, what: string])[]): string[] {
  return kinds.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString('en')} ${what}`);
}

/** Names are untrusted input: nothing in them may end a line or open a tag. */
export function inert(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;' })[sign] ?? '&gt;');
}
