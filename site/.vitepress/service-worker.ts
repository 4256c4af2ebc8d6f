import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * Writes `sw.js`, with which the whole site, playground and search included, answers without a network after the first visit. Its cache is
 * named by the content, so that a new version of the site replaces the old one as a whole.
 */
export async function writeServiceWorker(folder: string, base: string): Promise<void> {
  const kept = /\.(html|js|css|svg|png|json|wasm|woff2)$/;
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile() && kept.test(entry.name) && entry.name !== 'sw.js')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  const addresses = files.map((file) => base + relative(folder, file).split(sep).join('/'));
  await writeFile(join(folder, 'sw.js'), script(`attune-${hash.digest('hex').slice(0, 12)}`, addresses, base));
}

const script = (name: string, files: string[], base: string) => `const name = ${JSON.stringify(name)};
const files = ${JSON.stringify(files)};
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const old = (keys) => keys.filter((key) => key.startsWith('attune-') && key !== name);
  event.waitUntil(caches.keys().then((keys) => Promise.all(old(keys).map((key) => caches.delete(key)))).then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin) return;
  const path = pathname.endsWith('/') ? pathname + 'index.html' : pathname;
  const kept = () => caches.match(files.includes(path) ? path : path + '.html', { cacheName: name });
  // Pages come fresh where there is a network; files with a hash in their name never change.
  const answer = pathname.startsWith(${JSON.stringify(`${base}assets/`)})
    ? kept().then((found) => found ?? fetch(event.request))
    : fetch(event.request).catch(() => kept().then((found) => found ?? Response.error()));
  event.respondWith(answer);
});
`;
