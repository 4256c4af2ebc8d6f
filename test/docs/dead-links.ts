import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix, relative, sep } from 'node:path';
import { markdownAnchors, markdownLinks } from './markdown-links.ts';

/** Links, pictures and scripts of a built site that lead to no file, or to a part of a page that is not there; in its Markdown as well. */
export function deadLinks(folder: string): { dead: string[]; links: number } {
  const files = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  );
  const pages = new Map<string, Page>();
  const pageOf = (file: string) => {
    const page = pages.get(file) ?? readPage(file, readFileSync(join(folder, file), 'utf8'));
    pages.set(file, page);
    return page;
  };
  const dead: string[] = [];
  let links = 0;
  for (const file of [...files].filter((name) => isPage(name) || /(^|\/)llms\.txt$/.test(name))) {
    for (const address of pageOf(file).links) {
      if (/^(https?:|data:|mailto:)/.test(address)) continue;
      links++;
      const [path, anchor] = decoded(address).split('#');
      const clean = path.replace(/\?.*$/, '');
      const target =
        clean === '' ? file : posix.join('/', posix.dirname(file), clean.startsWith('/') ? `${'../'.repeat(9)}${clean}` : clean).slice(1);
      const found = [target, `${target}index.html`, `${target}.html`, `${target}/index.html`].find((each) => files.has(each));
      if (!found || (anchor && isPage(found) && !pageOf(found).anchors.has(anchor))) dead.push(`${file}: ${address}`);
    }
  }
  return { dead, links };
}

interface Page {
  links: string[];
  anchors: Set<string>;
}

const isPage = (file: string) => /\.(html|md)$/.test(file);

function readPage(file: string, text: string): Page {
  if (extname(file) !== '.html') return { links: markdownLinks(text), anchors: markdownAnchors(text) };
  const prose = text.replace(/<(script|style|code)\b[^>]*>[\s\S]*?<\/\1>/g, '');
  return {
    links: [...prose.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, address]) => address),
    anchors: new Set([...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => decoded(id))),
  };
}

const decoded = (text: string) => decodeURIComponent(text.replaceAll('&amp;', '&'));
