import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipes } from '../../config/recipes.ts';
import { root } from './blocks.ts';
import { titledBlocks } from './titled-blocks.ts';

const docs = resolve(root, 'docs');
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md') && !file.startsWith('api/'));
const read = (page: string) => readFileSync(join(docs, page), 'utf8');

/** Opened or run by tests of their own: first-page.test.ts and chromium-first-page.test.ts. */
const testedElsewhere = ['index.md', 'recipes/plain-browser.md'];

describe('the pages', () => {
  it('have no block with a name that nothing checks, unless they say that it was not run', () => {
    const checked = new Set([...Object.values(recipes).map(({ page }) => page), ...testedElsewhere]);
    const unchecked = pages.filter((page) => titledBlocks(read(page)).length > 0 && !checked.has(page));
    for (const page of unchecked) expect(read(page), page).toContain('this half was not run');
    expect(unchecked).toEqual(['migrating/disco-rec.md']);
  });

  it('of recipes and libraries are all in their lists', () => {
    for (const folder of ['recipes', 'migrating'])
      for (const page of pages.filter((each) => each.startsWith(`${folder}/`) && !each.endsWith('index.md')))
        expect(read(`${folder}/index.md`)).toContain(`(${page.slice(folder.length + 1)})`);
  });
});
