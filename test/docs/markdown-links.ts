import { headingAnchor } from '../../site/.vitepress/heading-anchor.ts';

/** Links and pictures of a Markdown page. */
export function markdownLinks(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, '`code`');
  const links = prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|\b(?:href|src)="([^"]+)"/g);
  return [...links].map(([, markdown, html]) => markdown ?? html);
}

/** The anchors of a Markdown page; of headings with the same words, the later ones have a number. */
export function markdownAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutCode(text).matchAll(/^#{1,6} +(.*)$/gm)) {
    const anchor = headingAnchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''));
    let unused = anchor;
    for (let copy = 1; anchors.has(unused); copy++) unused = `${anchor}-${copy}`;
    anchors.add(unused);
  }
  for (const [, id] of text.matchAll(/<\w+ id="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

const withoutCode = (text: string) => text.replace(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '');
