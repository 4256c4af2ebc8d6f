import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { runtimes } from './project.ts';

const types: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html', '.css': 'text/css' };

/** A folder on a server of this machine, and a browser that asks it. */
export interface ServedSite {
  /** Address of the server, without a slash at its end. */
  origin: string;
  browser: Browser;
  close(): Promise<void>;
}

/** What a request gets. */
export interface Place {
  /** The file, if there is one; without it the answer is an empty page. */
  file: string;
  headers?: Record<string, string>;
}

/** Serves files of a folder to Chromium. @param placeOf what the path of a request stands for. Default: the file of that path. */
export async function serveSite(folder: string, placeOf: (path: string) => Place = (path) => ({ file: path })): Promise<ServedSite> {
  const server = createServer((request, response) => {
    const { file, headers } = placeOf(new URL(request.url ?? '/', 'http://localhost').pathname);
    const path = join(folder, file);
    const known = extname(path) in types && existsSync(path);
    response.writeHead(200, { ...headers, 'content-type': known ? types[extname(path)] : 'text/html' });
    response.end(known ? readFileSync(path) : '<!doctype html><title>page</title>');
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const browser = await chromium.launch({
    executablePath: readFileSync(resolve(runtimes, '../../chromium/path.txt'), 'utf8').trim(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    browser,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
