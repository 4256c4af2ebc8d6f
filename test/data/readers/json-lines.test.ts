import { createReadStream, readdirSync, readlinkSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Interactions } from 'attune';
import { type JsonLinesOptions, type ReaderInput, readJsonLines } from 'attune/node';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });

async function all(input: ReaderInput, options?: JsonLinesOptions) {
  const rows: Record<string, unknown>[] = [];
  for await (const row of readJsonLines(input, options)) rows.push(row);
  return rows;
}

/** A stream that hands out its bytes some at a time. */
async function* inPieces(content: string | Uint8Array, size: number) {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Whether this process has the file open. Linux tells; elsewhere the question is left out. */
function isOpen(path: string): boolean {
  try {
    return readdirSync('/proc/self/fd').some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

const rows = [
  { user: 'é', n: 1 },
  { user: '日本😀', n: 2 },
  { user: 'c', nested: { a: [1, null] } },
];
const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const many = Array.from({ length: 30_000 }, (_, k) => ({ user: `u${k}`, text: 'word '.repeat(k % 20) }));
const manyText = many.map((row) => JSON.stringify(row)).join('\n');

describe('readJsonLines', () => {
  it.each([
    ['plain lines', text],
    ['no newline at the end', text.trimEnd()],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${text}`],
    ['blank lines', `\n \n${text.replaceAll('\n', '\n\n\t\r\n')}`],
    ['gzip', gzipSync(text)],
    ['gzip of text with a byte order mark', gzipSync(`\ufeff${text}`)],
    ['gzip in several members', Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))])],
  ])('reads %s, by whatever name and in whatever pieces', async (_, content) => {
    for (const name of ['rows.jsonl', 'rows.jsonl.gz']) expect(await all(folder.write(name, content))).toEqual(rows);
    for (const size of [1, 2, 7, 64, 1000]) expect(await all(inPieces(content, size))).toEqual(rows);
  });

  it('reads from a path, a URL, a Node stream and a web stream', async () => {
    const path = folder.write('inputs.jsonl', text);
    expect(await all(pathToFileURL(path))).toEqual(rows);
    expect(await all(createReadStream(path))).toEqual(rows);
    expect(await all(createReadStream(path, { encoding: 'utf8', highWaterMark: 5 }))).toEqual(rows);
    expect(await all(new Blob([text]).stream())).toEqual(rows);
    expect(await all(Readable.from([text.slice(0, 5), text.slice(5)]))).toEqual(rows);
  });

  it('reads files of many pieces, one by one and in batches, as often as asked', async () => {
    const reader = readJsonLines(folder.write('many.jsonl.gz', gzipSync(manyText)));
    for (let time = 0; time < 2; time++) {
      const read: unknown[] = [];
      for await (const row of reader) read.push(row);
      expect(read).toEqual(many);
    }
    let count = 0;
    for await (const batch of reader.batches()) count += batch.length;
    expect(count).toBe(many.length);
    expect((await Interactions.from(reader, { item: 'user' })).size).toBe(many.length);
  });

  it('reads nothing from nothing', async () => {
    for (const content of ['', '\n', '\ufeff', gzipSync('')]) expect(await all(folder.write('empty.jsonl', content))).toEqual([]);
  });

  it('treats __proto__ as a key like any other', async () => {
    const [row] = await all(inPieces('{"__proto__":{"admin":true},"user":"a"}', 100));
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(Object.keys(row)).toEqual(['__proto__', 'user']);
    expect(row.admin).toBeUndefined();
  });

  it.each([
    ['no JSON', '{"a":1', 'got "{\\"a\\":1"'],
    ['an array', '[1]', 'got an array of 1'],
    ['a number', '7', 'expected a JSON object, got 7'],
    ['null', 'null', 'got null'],
    ['two objects', '{} {}', 'expected a JSON object'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'expected UTF-8'],
    ['a line that is too long', `{"a":"${'x'.repeat(100)}"}`, 'at most 50 bytes (maxLineBytes), got 108'],
  ])('names a line with %s, or leaves it out when asked', async (_, bad, message) => {
    const content = Buffer.concat([Buffer.from('{"a":1}\n\n{"a":"é"}\n'), Buffer.from(bad), Buffer.from('\n{"a":3}\n'), Buffer.from(bad)]);
    const path = folder.write('bad.jsonl', content);
    await expect(all(path, { maxLineBytes: 50 })).rejects.toThrow(coded('ERR_BAD_ROW', `'${path}', line 4: `));
    await expect(all(path, { maxLineBytes: 50 })).rejects.toThrow(coded('ERR_BAD_ROW', message));
    for (const size of [1, 3, 40, 1000]) {
      const skipped: number[] = [];
      const reader = readJsonLines(inPieces(content, size), {
        maxLineBytes: 50,
        onBadLine: 'skip',
        onSkip: ({ line, reason }) => {
          skipped.push(line);
          expect(reason).toContain(message);
        },
      });
      const read: unknown[] = [];
      for await (const row of reader) read.push(row.a);
      expect([read, skipped, reader.skipped]).toEqual([[1, 'é', 3], [4, 6], 2]);
    }
  });

  it('gives the rows before a bad line before the error', async () => {
    const read: unknown[] = [];
    const reading = (async () => {
      for await (const row of readJsonLines(inPieces('{"a":1}\n{"a":2}\nx\n', 100))) read.push(row.a);
    })();
    await expect(reading).rejects.toThrow(coded('ERR_BAD_ROW'));
    expect(read).toEqual([1, 2]);
  });

  it('takes lines of megabytes, and passes over endless ones in constant memory', async () => {
    const huge = JSON.stringify({ a: 'é'.repeat(2_000_000) });
    expect((await all(inPieces(`{}\n${huge}\n{}`, 65_536))).length).toBe(3);
    const skipped = await all(inPieces(`{}\n${huge}\n{}`, 65_536), { maxLineBytes: 100_000, onBadLine: 'skip' });
    expect(skipped).toEqual([{}, {}]);
  });

  it.each([
    ['cut off', (gz: Buffer) => gz.subarray(0, gz.length - 20)],
    ['cut off in the header', (gz: Buffer) => gz.subarray(0, 5)],
    ['damaged', (gz: Buffer) => Buffer.from(gz).fill(0xaa, gz.length >> 1, (gz.length >> 1) + 50)],
    ['damaged in its checksum', (gz: Buffer) => Buffer.from(gz).fill(0, gz.length - 8, gz.length - 4)],
  ])('says so when a gzip file is %s', async (_, damage) => {
    const path = folder.write('broken.jsonl.gz', damage(gzipSync(manyText)));
    await expect(all(path, { onBadLine: 'skip' })).rejects.toThrow(coded('ERR_BAD_FILE', path));
    expect(isOpen(path)).toBe(false);
  });

  it('says so when there is no file, a folder, or UTF-16', async () => {
    await expect(all(`${folder.path}/nothing.jsonl`)).rejects.toThrow(coded('ERR_NOT_FOUND', 'nothing.jsonl'));
    await expect(all(folder.path)).rejects.toThrow(coded('ERR_BAD_FILE', 'got a folder'));
    await expect(all(inPieces(Buffer.from('\ufeff{}', 'utf16le'), 99))).rejects.toThrow(coded('ERR_BAD_FILE', 'UTF-16'));
    await expect(all(Readable.from([{ a: 1 }]))).rejects.toThrow(coded('ERR_BAD_ARGUMENT', 'bytes or text'));
  });

  it('refuses at once what it cannot read, and unknown options', () => {
    for (const input of ['', 7, null, undefined, {}, new URL('https://example.com/a.jsonl')]) {
      expect(() => readJsonLines(input as string)).toThrow(coded('ERR_BAD_ARGUMENT', 'readJsonLines'));
    }
    expect(() => readJsonLines('a', { onBadLines: 'skip' } as JsonLinesOptions)).toThrow("Did you mean 'onBadLine'?");
    expect(() => readJsonLines('a', { maxLineBytes: 0 })).toThrow(coded('ERR_BAD_OPTION'));
  });

  it.each(['jsonl', 'jsonl.gz'])('closes a .%s file however the reading ends', async (ending) => {
    const path = folder.write(`closes.${ending}`, ending === 'jsonl' ? manyText : gzipSync(manyText));
    const controller = new AbortController();
    const ways: Record<string, () => Promise<unknown>> = {
      end: () => all(path),
      early: async () => {
        for await (const _ of readJsonLines(path)) {
          expect(isOpen(path)).toBe(process.platform === 'linux');
          break;
        }
      },
      thrown: async () => {
        for await (const _ of readJsonLines(path)) throw new Error('mine');
      },
      aborted: async () => {
        for await (const _ of readJsonLines(path, { signal: controller.signal })) controller.abort(new Error('stop'));
      },
    };
    for (const way of Object.values(ways)) {
      await way().catch(() => {});
      expect(isOpen(path)).toBe(false);
    }
  });

  it('stops with the reason of the signal, also while a stream keeps it waiting', async () => {
    const reason = new Error('stop');
    await expect(all('never opened', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const stalled = new Readable({ read() {} });
    const reading = all(stalled, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(reading).rejects.toBe(reason);
    expect(stalled.destroyed).toBe(true);
  });

  it('ends a stream it was given when the loop ends early', async () => {
    const stream = Readable.from(inPieces(manyText, 1000));
    for await (const _ of readJsonLines(stream)) break;
    expect(stream.destroyed).toBe(true);
  });

  it.each(['jsonl', 'jsonl.gz'])('reports progress in bytes of the .%s file', async (ending) => {
    const content = ending === 'jsonl' ? Buffer.from(manyText) : gzipSync(manyText);
    const seen: { phase: string; done: number; total?: number }[] = [];
    await all(folder.write(`progress.${ending}`, content), { onProgress: (p) => seen.push(p) });
    expect(seen.at(-1)).toEqual({ phase: 'reading', done: content.length, total: content.length });
    expect(seen.map((p) => p.done)).toEqual(seen.map((p) => p.done).sort((a, b) => a - b));
  });
});
