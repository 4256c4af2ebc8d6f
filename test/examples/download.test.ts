import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { download } from '../../examples/amazon-appliances/etl/download.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-download-'));
const content = gzipSync(randomBytes(300_000));
const sha256 = createHash('sha256').update(content).digest('hex');
let requests: { range: string | undefined; sent: number }[] = [];
/** What the server has, and after how many bytes it breaks the connection. */
let served: { body: Buffer; etag: string; breakAfter: number };
let made = 0;
const fresh = () => {
  requests = [];
  served = { body: content, etag: '"1"', breakAfter: Number.POSITIVE_INFINITY };
  return join(folder, `${made++}`, 'file.gz');
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { body, etag, breakAfter } = served;
  if (request.url !== '/file.gz') {
    response.writeHead(404).end();
    return;
  }
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const from = asked && request.headers['if-range'] === etag ? Number(asked[1]) : 0;
  if (from >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  const rest = body.subarray(from);
  const headers = {
    etag,
    'content-length': rest.length,
    ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
  };
  response.writeHead(from > 0 ? 206 : 200, headers);
  requests.push({ range: request.headers.range, sent: Math.min(rest.length, breakAfter) });
  if (rest.length <= breakAfter) response.end(rest);
  else response.write(rest.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50));
}

const server = createServer(answer);
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.gz`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('download', () => {
  it('fetches a file whole, says how far it is, and leaves nothing beside it', async () => {
    const file = fresh();
    const seen: number[] = [];
    const got = await download({ url, file, sha256, onProgress: ({ done, total }) => seen.push(done / (total ?? 0)) });
    expect(got).toEqual({ bytes: content.length, sha256, reused: false });
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(1);
    expect(readdirSync(join(file, '..'))).toEqual(['file.gz']);
    expect(await download({ url, file })).toMatchObject({ reused: true });
    expect(requests).toHaveLength(1);
  });

  it('goes on where a broken connection ended, in the same run and in the next one', async () => {
    const file = fresh();
    served.breakAfter = 100_000;
    await expect(download({ url, file, retries: 1 })).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      message: expect.stringContaining('run this again'),
    });
    expect(existsSync(file)).toBe(false);
    await download({ url, file, sha256 });
    expect(requests.map(({ range }) => range)).toEqual(
      [undefined, 'bytes=100000-', 'bytes=200000-', expect.stringMatching(/^bytes=300000-$/)].slice(0, requests.length),
    );
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('begins anew when the file on the server has changed', async () => {
    const file = fresh();
    served.breakAfter = 100_000;
    await expect(download({ url, file, retries: 0 })).rejects.toThrow();
    const other = gzipSync(randomBytes(200_000));
    served = { body: other, etag: '"2"', breakAfter: Number.POSITIVE_INFINITY };
    await download({ url, file });
    expect(readFileSync(file).equals(other)).toBe(true);
  });

  it('refuses what is damaged or has another digest, and removes it', async () => {
    const file = fresh();
    await expect(download({ url, file, sha256: 'ab'.repeat(32) })).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
    served.body = content.subarray(0, 200_000); // the server has half of it, and believes that this is all
    await expect(download({ url, file })).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining('whole gzip') });
    expect(readdirSync(join(file, '..'))).toEqual([]);
    writeFileSync(file, 'something else');
    await expect(download({ url, file, sha256 })).rejects.toMatchObject({
      code: 'ERR_BAD_FILE',
      message: expect.stringContaining('Move it away'),
    });
  });

  it('says what to do when there is no such file, or nobody answers', async () => {
    const file = fresh();
    await expect(download({ url: url.replace('file', 'none'), file })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('404'),
    });
    await expect(download({ url: 'http://127.0.0.1:9/x', file, retries: 0 })).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  });
});
