import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SemanticIndex } from 'attune';
import { staticEn } from 'attune-static-en';
import { describe, expect, it } from 'vitest';
import { shopTexts } from '../../packages/static-en/recipe/texts.ts';

const folder = resolve(import.meta.dirname, '../../packages/static-en');

describe('attune-static-en', () => {
  it('is at most 5 MB, with the terms of what it was made from', () => {
    expect(statSync(resolve(folder, 'table.attune')).size).toBeLessThan(5e6);
    expect(readFileSync(resolve(folder, 'NOTICE'), 'utf8')).toMatch(/Apache License 2\.0[\s\S]*Princeton University/);
  });

  it('finds by meaning what shares no word with the query', async () => {
    const texts = ['Leather sofa', 'Steel kettle', 'Clothes dryer', 'Laptop computer'];
    const index = await SemanticIndex.build(
      texts.map((text, id) => ({ id: `t${id}`, text })),
      { embedder: await staticEn() },
    );
    const first = async (query: string) => (await index.search(query))[0].item;
    expect(await first('couch')).toBe('t0');
    expect(await first('boil water for tea')).toBe('t1');
    expect(await first('notebook')).toBe('t3');
    expect((await SemanticIndex.fromBytes(index.toBytes()).search('couch'))[0].item).toBe('t0');
  });

  it('is made of the same generated texts each time', () => {
    expect([...shopTexts()]).toEqual([...shopTexts()]);
    expect([...shopTexts()].length).toBe(29_992);
  });
});
