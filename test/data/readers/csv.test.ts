import { gzipSync } from 'node:zlib';
import { Interactions } from 'attune';
import { type CsvOptions, type ReaderInput, readCsv } from 'attune/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });

async function all(input: ReaderInput, options?: CsvOptions) {
  const rows: Record<string, string>[] = [];
  for await (const row of readCsv(input, options)) rows.push(row);
  return rows;
}

async function* inPieces(content: string | Uint8Array, size = 1 << 20) {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const quotedText = 'id,text\r\n1,"two\r\nlines, ""quoted"""\r\n2,\r\n"3","é日😀"\r\n';
const quotedRows = [
  { id: '1', text: 'two\r\nlines, "quoted"' },
  { id: '2', text: '' },
  { id: '3', text: 'é日😀' },
];

describe('readCsv', () => {
  it.each([
    ['CRLF', quotedText],
    ['no newline at the end', quotedText.trimEnd()],
    ['a byte order mark', `\ufeff${quotedText}`],
    ['gzip', gzipSync(quotedText)],
    ['blank lines', quotedText.replace('2,', '\r\n\r\n2,')],
  ])('reads quotes, newlines and commas in quotes, with %s, in pieces of any size', async (_, content) => {
    expect(await all(folder.write('quoted.csv', content))).toEqual(quotedRows);
    for (let size = 1; size < 30; size++) expect(await all(inPieces(content, size))).toEqual(quotedRows);
  });

  it('reads back whatever was written by the rules, in pieces of any size', async () => {
    const field = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', ';', '\t', '\r', '\n', 'a', 'é', '😀', ' ') }));
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|', '::', '§'),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 50 }),
        async (rows, delimiter, newline, size) => {
          const quoted = (text: string) =>
            /["\r\n]/.test(text) || text.includes(delimiter[0]) || /^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
          const content = rows.map((row) => row.map(quoted).join(delimiter)).join(newline);
          const read = await all(inPieces(content, size), { delimiter, header: false, quote: '"' });
          expect(read.map((row) => Object.values(row))).toEqual(rows);
        },
      ),
    );
  });

  it.each([
    [',', 'a,b,c'],
    [';', 'a;b,x;c'],
    ['\t', 'a\tb c\td'],
    ['|', 'a|b|c'],
    [';', '"a,b,c,d";b'],
    [',', 'single'],
  ])('finds out that %j stands between fields of %j', async (delimiter, line) => {
    expect(await all(inPieces(`${line}\n${line}\n`))).toEqual(await all(inPieces(`${line}\n${line}\n`), { delimiter }));
  });

  it('takes the delimiter that a first line of a spreadsheet names', async () => {
    for (const newline of ['\n', '\r\n']) {
      const lines = ['sep=|', 'a,b|c', '1|2', ''].join(newline);
      for (const size of [1, 100]) expect(await all(inPieces(lines, size))).toEqual([{ 'a,b': '1', c: '2' }]);
    }
    expect(await all(inPieces('sep=,\nx\n'), { header: false, delimiter: ';' })).toEqual([{ 0: 'sep=,' }, { 0: 'x' }]);
  });

  it('names columns by the first line, by number, or as told', async () => {
    expect(await all(inPieces('a,b\n1,2\n'))).toEqual([{ a: '1', b: '2' }]);
    expect((await all(inPieces('a,b\n1,2\n'), { header: false }))[0]).toEqual({ 0: 'a', 1: 'b' });
    expect(await all(inPieces('1::2\n'), { header: ['x', 'y'], delimiter: '::' })).toEqual([{ x: '1', y: '2' }]);
    expect(await all(inPieces('# by hand\n\na,a\n1,2\n'), { header: ['x', 'y'], skipLines: 3 })).toEqual([{ x: '1', y: '2' }]);
    expect(await all(inPieces(',name\n0,x\n'))).toEqual([{ '': '0', name: 'x' }]);
    await expect(all(inPieces('a,a\n1,2\n'))).rejects.toThrow(coded('ERR_BAD_FILE', '"a" twice'));
  });

  it('treats __proto__ as a column like any other', async () => {
    const [row] = await all(inPieces('__proto__,constructor,user\nx,y,z\n'));
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(Object.entries(row)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['user', 'z'],
    ]);
    expect(({} as Record<string, unknown>).user).toBeUndefined();
  });

  it('takes a quote inside a field, and any quote when there are none, as a letter', async () => {
    expect(await all(inPieces('a,b\n5" pipe,x"y"\n'))).toEqual([{ a: '5" pipe', b: 'x"y"' }]);
    expect(await all(inPieces('a\tb\n"x\ty\n'), { quote: false })).toEqual([{ a: '"x', b: 'y' }]);
    expect(await all(inPieces("a,b\n'x,''1',y\n"), { quote: "'" })).toEqual([{ a: "x,'1", b: 'y' }]);
  });

  it.each([
    ['too few fields', 'x', 'expected 2 fields, got 1'],
    ['too many fields', 'x,y,z', 'expected 2 fields, got 3'],
    ['letters after a closing quote', '"x"y,z', 'after the closing quote of field 1'],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x2c, 0xff]), 'expected UTF-8'],
    ['a row that is too long', `x,${'y'.repeat(99)}`, 'at most 60 bytes (maxLineBytes)'],
  ])('names a line with %s, or leaves it out when asked', async (_, bad, message) => {
    const content = Buffer.concat([
      Buffer.from('a,b\n1,"two\nlines"\n'),
      Buffer.from(bad),
      Buffer.from('\n3,é\n'),
      Buffer.from(bad),
      Buffer.from('\n4,x\n'),
    ]);
    const path = folder.write('bad.csv', content);
    const maxLineBytes = 60;
    await expect(all(path, { maxLineBytes })).rejects.toThrow(coded('ERR_BAD_ROW', `'${path}', line 4: `));
    await expect(all(path, { maxLineBytes })).rejects.toThrow(coded('ERR_BAD_ROW', message));
    for (const size of [1, 5, 10, 1000]) await expectSkipped(inPieces(content, size), [4, 6]);
    await expectSkipped(path, [4, 6]);

    async function expectSkipped(input: ReaderInput, lines: number[]) {
      const skipped: number[] = [];
      const reader = readCsv(input, {
        maxLineBytes,
        onBadLine: 'skip',
        onSkip: ({ line, reason }) => {
          skipped.push(line);
          expect(reason).toContain(message);
        },
      });
      const read: unknown[] = [];
      for await (const row of reader) read.push(row.a);
      expect([read, skipped, reader.skipped]).toEqual([['1', '3', '4'], lines, 2]);
    }
  });

  it('goes on in the next line after a quote that nobody closes', async () => {
    const skipped: unknown[] = [];
    const content = 'a,b\n1,"open\n2,x\n3,y\n';
    for (const size of [1, 6, 1000]) {
      const rows = await all(inPieces(content, size), { onBadLine: 'skip', onSkip: (s) => skipped.push(s.line) });
      expect(rows).toEqual([
        { a: '2', b: 'x' },
        { a: '3', b: 'y' },
      ]);
    }
    expect(skipped).toEqual([2, 2, 2]);
    await expect(all(inPieces(content))).rejects.toThrow(coded('ERR_BAD_ROW', 'line 2: expected a closing quote, got the end of the file'));
  });

  it('takes fields of megabytes, and bounds the memory for one without an end', async () => {
    const long = 'line\n'.repeat(400_000);
    const [row] = await all(inPieces(`a,b\n1,"${long}"\n`, 65_536));
    expect(row.b).toBe(long);
    const rows = await all(inPieces(`a,b\n1,${'x'.repeat(500_000)}\n2,y\n`, 1000), { maxLineBytes: 10_000, onBadLine: 'skip' });
    expect(rows).toEqual([{ a: '2', b: 'y' }]);
  });

  it('reads a file of many pieces', async () => {
    const lines = Array.from({ length: 60_000 }, (_, k) => `u${k},"item ${k % 7}, ${k % 3 === 0 ? 'é' : 'e'}",${k % 5}`);
    const path = folder.write('many.csv', `user,item,value\n${lines.join('\n')}`);
    const data = await Interactions.from(readCsv(path));
    expect([data.size, data.userCount, data.itemCount]).toEqual([60_000, 60_000, 14]);
    expect(data.at(59_999)).toEqual({ user: 'u59999', item: 'item 2, e', value: 4 });
  });

  it('says so when a file is missing or cut off', async () => {
    await expect(all(`${folder.path}/nothing.csv`)).rejects.toThrow(coded('ERR_NOT_FOUND', 'readCsv'));
    await expect(all(inPieces(gzipSync(quotedText).subarray(0, 30)))).rejects.toThrow(coded('ERR_BAD_FILE'));
    expect(await all(folder.write('empty.csv', ''))).toEqual([]);
  });

  it.each<[CsvOptions, string]>([
    [{ delimiter: '' }, 'delimiter'],
    [{ delimiter: '\n' }, 'delimiter'],
    [{ quote: '""' }, 'quote'],
    [{ header: [] }, 'header'],
    [{ header: ['a', 'a'] }, 'distinct'],
    [{ skipLines: -1 }, 'skipLines'],
    [{ separator: ';' } as CsvOptions, "unknown option 'separator'"],
  ])('refuses %j', (options, message) => {
    expect(() => readCsv('a.csv', options)).toThrow(coded('ERR_BAD_OPTION', message));
  });
});
