import { join } from 'node:path';
import { SemanticIndex } from 'attune';
import { fileModelStore } from 'attune/node';
import { expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('an index whose save was killed loads as it was saved last', async () => {
  const folder = temporaryFolder().path;
  const store = fileModelStore(folder);
  for (let round = 0; round < 4; round++) {
    const child = await startChild(join(import.meta.dirname, 'children/save-index.ts'), folder);
    await child.line('saved');
    await new Promise((resolve) => setTimeout(resolve, 50 + 70 * round));
    child.process.kill('SIGKILL');
    await child.ended;
    const said = child.lines.filter((line) => line.startsWith('saved ')).map((line) => Number(line.slice(6)));
    const listed = await store.list('products');
    expect(listed.map(({ version }) => version)).toEqual(expect.arrayContaining(said));
    const newest = listed.reduce((a, b) => (a.version > b.version ? a : b));
    const index = await SemanticIndex.load(store, 'products');
    expect(index.size).toBe(2000 + Number(newest.metadata.newcomers));
    expect((await index.search(`newcomer ${Number(newest.metadata.newcomers) - 1}`, { n: 1, mode: 'lexical' }))[0].item).toBe(
      `n${Number(newest.metadata.newcomers) - 1}`,
    );
  }
}, 120_000);
