import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { root } from './blocks.ts';
import { deadLinks } from './dead-links.ts';
import { markdownAnchors, markdownLinks } from './markdown-links.ts';

/** Links of the Markdown files as GitHub shows them. config/reference.ts looks at the reference, test/integration/chromium-site.test.ts at the site. */
const files = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Links of a page that lead to no file, or to no part of one. */
function deadLinksOf(file: string, text: string): string[] {
  return markdownLinks(text)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path, anchor] = link.split('#');
      const target = path === '' ? file : posix.join(posix.dirname(file), decodeURI(path));
      if (target !== file && !existsSync(resolve(root, target))) return true;
      return anchor !== undefined && !(target.endsWith('.md') && markdownAnchors(target === file ? text : read(target)).has(anchor));
    });
}

describe('a link in', () => {
  it.each(files)('%s leads to a file and to a part of it', (file) => {
    expect(deadLinksOf(file, read(file))).toEqual([]);
  });

  it('a page is dead without its file, without its heading, and with a heading of another page', () => {
    const page = '## Exact: `flatIndex`\n\n## Exact: `flatIndex`\n\n## A/B tests\n\n';
    const alive = ['#exact-flatindex', '#exact-flatindex-1', '#ab-tests', 'data.md', '../README.md#measured'];
    const dead = ['#exact', '#exact-flatindex-2', '#a-b-tests', 'nothing.md', 'data.md#nothing', '../README.md#ab-tests'];
    expect(deadLinksOf('docs/new.md', page + [...alive, ...dead].map((link) => `[x](${link})`).join(' '))).toEqual(dead);
  });
});

describe('of a built site', () => {
  const folder = temporaryFolder();

  it('dead links are found in pages, in their Markdown and in the list of pages', () => {
    folder.write(
      'index.html',
      '<h1 id="top">x</h1><a href="#top">a</a><a href="#bottom">b</a><a href="other.html#top">c</a><img src="no.png">',
    );
    folder.write('other.html', '<h1 id="other">x</h1>');
    folder.write('index.md', '# Top\n\n[a](#top) [b](#bottom) [c](other.md) ![d](no.svg)');
    folder.write('llms.txt', '- [a](/index.md): x\n- [b](/other.md): x');
    expect(deadLinks(folder.path).dead.sort()).toEqual([
      'index.html: #bottom',
      'index.html: no.png',
      'index.html: other.html#top',
      'index.md: #bottom',
      'index.md: no.svg',
      'index.md: other.md',
      'llms.txt: /other.md',
    ]);
  });
});
