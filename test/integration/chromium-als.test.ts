import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './same-bytes/bundle.ts';
import { fingerprint } from './same-bytes/fit.ts';

const path = resolve(import.meta.dirname, '../../.services/chromium/path.txt');
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

let browser: Browser;
let server: Server;
let origin: string;
let wanted: string;

beforeAll(async () => {
  const script = await bundle('browser');
  server = createServer((request, response) => {
    const headers = request.headers.referer?.includes('isolated') || request.url === '/isolated' ? isolation : {};
    if (request.url === '/fit.js') response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end(script);
    else response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end('<!doctype html><title>fit</title>');
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: readFileSync(path, 'utf8').trim(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  wanted = await fingerprint(1);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test.each([
  ['with cross-origin isolation, on threads', '/isolated', true],
  ['without it, on one thread', '/plain', false],
])('a page fits the models that Node fits, one of each family that computes in WebAssembly: %s', async (_, address, isolated) => {
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  await page.goto(origin + address);
  const said = await page.evaluate(`(async () => {
    const { fingerprint } = await import('/fit.js');
    return { isolated: crossOriginIsolated, one: await fingerprint(1), three: await fingerprint(3) };
  })()`);
  expect(said).toEqual({ isolated, one: wanted, three: wanted });
  await page.close();
});
