/** `npm run docs`: the API reference of every subpath, in docs/api. A name without a docstring, or a link to nowhere, fails. */
import { join } from 'node:path';
import { Application } from 'typedoc';
import type { MarkdownRenderer } from 'vitepress';
import { deadLinks } from '../test/docs/dead-links.ts';
import { entries, root } from './entries.ts';

/** TypeDoc leaves code out of the anchor and the title of a heading, so `## Exact: \`flatIndex\`` would be `#exact`; the children of a token it reads. */
const readCodeInHeadings = (markdown: MarkdownRenderer) => {
  markdown.core.ruler.push('code-in-headings', ({ tokens, Token }) => {
    for (const token of tokens.filter((_, at) => tokens[at - 1]?.type === 'heading_open').flatMap(({ children }) => children ?? [])) {
      if (token.type === 'code_inline') token.children = [Object.assign(new Token('text', '', 0), { content: token.content })];
    }
  });
};

const app = await Application.bootstrapWithPlugins({
  options: join(root, 'config/typedoc.json'),
  entryPoints: entries.map((entry) => join(root, `src/entries/${entry}.ts`)),
  markdownItLoader: readCodeInHeadings,
});
const project = await app.convert();
if (project) app.validate(project);
const isWrong = () => app.logger.hasErrors() || app.logger.hasWarnings();
if (project && !isWrong()) await app.generateOutputs(project);
// Links are resolved while pages are written, so only now is it known whether all lead somewhere. media/ has copies of files as they are.
const dead = project && !isWrong() ? deadLinks(join(root, 'docs/api')).dead.filter((link) => !link.startsWith('media/')) : [];
for (const link of dead) console.error(`dead link in docs/api/${link}`);
process.exitCode = !project || isWrong() || dead.length > 0 ? 1 : 0;
