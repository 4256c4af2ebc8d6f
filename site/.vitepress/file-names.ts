import type { MarkdownRenderer } from 'vitepress';

/** A block with a name, ` ```ts [main.ts] `, shows it. In a group of blocks the tabs do. */
export function fileNames(markdown: MarkdownRenderer): void {
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, at, options, env, self) => {
    const html = fence?.(tokens, at, options, env, self) ?? '';
    const title = /\[([^\]]+)\]/.exec(tokens[at].info)?.[1];
    const grouped =
      tokens
        .slice(0, at)
        .reduce(
          (depth, { type }) => depth + Number(type === 'container_code-group_open') - Number(type === 'container_code-group_close'),
          0,
        ) > 0;
    return title && !grouped ? `<div class="file-name">${markdown.utils.escapeHtml(title)}</div>${html}` : html;
  };
}
