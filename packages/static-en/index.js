import { staticEmbedder } from 'attune';

let loading;

/** See index.d.ts. */
export function staticEn() {
  loading ??= read(new URL('./table.attune', import.meta.url)).then(staticEmbedder);
  loading.catch(() => {
    loading = undefined; // so that the next call may succeed
  });
  return loading;
}

async function read(url) {
  if (url.protocol === 'file:') return new Uint8Array(await (await import('node:fs/promises')).readFile(url));
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`attune-static-en: ${url} answered ${answer.status}. Serve table.attune beside index.js.`);
  return new Uint8Array(await answer.arrayBuffer());
}
