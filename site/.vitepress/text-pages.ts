import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { leavesTheSite } from './outside-links.ts';

interface Site {
  /** The folder of the Markdown files, and the built site. */
  from: string;
  to: string;
  /** Files below `from`, such as `recipes/hono.md`. */
  pages: readonly string[];
  title: string;
  description: string;
  /** Begins every address, such as `/`. */
  base: string;
}

/** For programs that read: every page as Markdown beside its HTML, `llms.txt` with a line for each, and `llms-full.txt` with all of them. */
export async function writeTextPages({ from, to, pages, title, description, base }: Site): Promise<void> {
  const lines: string[] = [];
  const texts: string[] = [];
  for (const page of [...pages].sort()) {
    const text = withoutOutsideLinks((await readFile(join(from, page), 'utf8')).replace(/^---\n[\s\S]*?\n---\n/, ''));
    await mkdir(dirname(join(to, page)), { recursive: true });
    await writeFile(join(to, page), text);
    for (const picture of picturesOf(text)) {
      const path = join(dirname(page), picture);
      await mkdir(dirname(join(to, path)), { recursive: true });
      await copyFile(join(from, path), join(to, path));
    }
    texts.push(text);
    lines.push(`- [${titleOf(text) ?? page}](${base}${page}): ${leadOf(text)}`);
  }
  await writeFile(join(to, 'llms.txt'), `# ${title}\n\n> ${description}\n\n## Pages\n\n${lines.join('\n')}\n`);
  await writeFile(join(to, 'llms-full.txt'), texts.join('\n\n'));
}

const titleOf = (text: string) => /^# (.*)$/m.exec(text)?.[1];

/** As on the pages themselves: what leads to a file of the repository is text alone. */
const withoutOutsideLinks = (text: string) =>
  text.replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (link, words, href) => (leavesTheSite(href) ? words : link));

/** Pictures by their place beside the page. */
const picturesOf = (text: string) => [...text.matchAll(/!\[[^\]]*\]\(([^):\s]+)\)/g)].map(([, path]) => path);

/** What a page is about: the first sentences of its prose, until they say something. */
function leadOf(text: string): string {
  const prose = text.split(/\n\n+/).find((part) => /^(?!```)[A-Za-z[*`]/.test(part.trim())) ?? '';
  const plain = prose.replace(/\s+/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  let lead = '';
  for (const sentence of plain.split(/(?<=[.:]) /)) if (lead.length < 40) lead = `${lead} ${sentence}`.trim();
  return lead;
}
