import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

/** Links, pictures and scripts of a built site that lead to no file, or to a part of a page that is not there. */
export function deadLinks(folder: string): { dead: string[]; links: number } {
  const files = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  );
  const ids = new Map<string, Set<string>>();
  const idsOf = (file: string) => {
    const known =
      ids.get(file) ?? new Set([...readFileSync(join(folder, file), 'utf8').matchAll(/\bid="([^"]+)"/g)].map(([, id]) => decoded(id)));
    ids.set(file, known);
    return known;
  };
  const dead: string[] = [];
  let links = 0;
  for (const page of [...files].filter((file) => file.endsWith('.html'))) {
    const html = readFileSync(join(folder, page), 'utf8').replace(/<(script|style|code)\b[^>]*>[\s\S]*?<\/\1>/g, '');
    for (const [, address] of html.matchAll(/\b(?:href|src)="([^"]*)"/g)) {
      if (/^(https?:|data:|mailto:)/.test(address)) continue;
      links++;
      const [path, anchor] = decoded(address).split('#');
      const clean = path.replace(/\?.*$/, '');
      const target =
        clean === '' ? page : posix.join('/', posix.dirname(page), clean.startsWith('/') ? `${'../'.repeat(9)}${clean}` : clean).slice(1);
      const file = [target, `${target}index.html`, `${target}.html`, `${target}/index.html`].find((each) => files.has(each));
      if (!file) dead.push(`${page}: ${address}`);
      else if (anchor && file.endsWith('.html') && !idsOf(file).has(anchor)) dead.push(`${page}: ${address}`);
    }
  }
  return { dead, links };
}

const decoded = (text: string) => decodeURIComponent(text.replaceAll('&amp;', '&'));
