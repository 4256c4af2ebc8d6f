import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
    const text = (await readFile(join(from, page), 'utf8')).replace(/^---\n[\s\S]*?\n---\n/, '');
    const file = join(to, page);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    texts.push(text);
    lines.push(`- [${titleOf(text) ?? page}](${base}${page}): ${leadOf(text)}`);
  }
  await writeFile(join(to, 'llms.txt'), `# ${title}\n\n> ${description}\n\n## Pages\n\n${lines.join('\n')}\n`);
  await writeFile(join(to, 'llms-full.txt'), texts.join('\n\n'));
}

const titleOf = (text: string) => /^# (.*)$/m.exec(text)?.[1];

/** What a page is about: the first sentences of its prose, until they say something. */
function leadOf(text: string): string {
  const prose = text.split(/\n\n+/).find((part) => /^(?!```)[A-Za-z[*`]/.test(part.trim())) ?? '';
  const plain = prose.replace(/\s+/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  let lead = '';
  for (const sentence of plain.split(/(?<=[.:]) /)) if (lead.length < 40) lead = `${lead} ${sentence}`.trim();
  return lead;
}
