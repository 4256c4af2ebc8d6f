import type { MarkdownRenderer } from 'vitepress';

/** Guides also link to files of the repository, such as `../examples/…`. On the site these have no page, so their text stays and the link goes. */
export function outsideLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('outside-links', ({ tokens }) => {
    for (const { children } of tokens) {
      let outside = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') outside = leavesTheSite(token.attrGet('href') ?? '');
        if (!outside || !token.type.startsWith('link_')) continue;
        token.tag = 'span';
        token.attrs = null;
        if (token.type === 'link_close') outside = false;
      }
    }
  });
}

export const leavesTheSite = (href: string) => /^(\.\.\/)+(examples|packages|src|bench|findings|test|config)\//.test(href);
