import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import { fileNames } from './file-names.ts';
import { headingAnchor } from './heading-anchor.ts';
import { outsideLinks } from './outside-links.ts';
import { writeServiceWorker } from './service-worker.ts';
import { writeTextPages } from './text-pages.ts';

/** The documentation site: the guides of docs/ as they are, with a search that needs no server. `npm run site` builds it. */
const root = resolve(import.meta.dirname, '../..');
const page = (text: string, link: string) => ({ text, link });

/** The pages of a folder by their titles, without those that stand elsewhere. */
const pagesOf = (folder: string, elsewhere: readonly string[] = []) =>
  readdirSync(resolve(root, 'docs', folder))
    .filter((file) => file.endsWith('.md') && file !== 'index.md' && !elsewhere.includes(file))
    .map((file) => page(titleOf(readFileSync(resolve(root, 'docs', folder, file), 'utf8')), `/${join(folder, file.replace('.md', ''))}`))
    .sort((a, b) => a.text.localeCompare(b.text));
const titleOf = (text: string) => (/^# (?:From )?(.*)$/m.exec(text)?.[1] ?? '').trim();

/** Guides with a place of their own in the sidebar; new ones follow the guides until they get one. */
const named = [
  'getting-started command-line which-model playground data recommenders search hybrid cold-start evaluation metrics experiments storage',
  'serving browsers benchmarks errors authoring architecture contributing',
].flatMap((names) => names.split(' ').map((name) => `${name}.md`));

export default defineConfig({
  title: 'attune',
  description: 'Recommendations, search and honest evaluation in TypeScript: exact, reproducible, and nothing to install but npm.',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '../docs',
  srcExclude: ['api/**'],
  cleanUrls: false,
  head: [
    [
      'link',
      {
        rel: 'icon',
        href: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="%230f766e"/><path d="M7 22 16 8l9 14M11 18h10" stroke="white" stroke-width="3" fill="none" stroke-linecap="round" stroke-linejoin="round"/></svg>',
      },
    ],
  ],
  markdown: {
    anchor: { slugify: headingAnchor },
    config(markdown) {
      outsideLinks(markdown);
      fileNames(markdown);
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Guides', '/getting-started'),
      page('Recipes', '/recipes/'),
      page('Benchmarks', '/benchmarks'),
      page('Playground', '/playground'),
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('The first ten minutes', '/'),
          page('A tour of the library', '/getting-started'),
          page('Command line', '/command-line'),
          page('Which model?', '/which-model'),
          page('Playground', '/playground'),
        ],
      },
      {
        text: 'Guides',
        items: [
          page('Data', '/data'),
          page('Recommenders', '/recommenders'),
          page('Search', '/search'),
          page('Hybrid ranking', '/hybrid'),
          page('Cold start', '/cold-start'),
          page('Evaluation', '/evaluation'),
          page('Metrics', '/metrics'),
          page('Experiments', '/experiments'),
          page('Storage', '/storage'),
          page('Serving', '/serving'),
          page('Browsers and bundlers', '/browsers'),
          ...pagesOf('.', named),
        ],
      },
      {
        text: 'Recipes',
        collapsed: true,
        items: [page('All recipes', '/recipes/'), ...pagesOf('recipes')],
      },
      { text: 'Coming from', collapsed: true, items: [page('All of them', '/migrating/'), ...pagesOf('migrating')] },
      {
        text: 'More',
        items: [
          page('Benchmarks', '/benchmarks'),
          page('Errors', '/errors'),
          page('Writing your own', '/authoring'),
          page('Architecture', '/architecture'),
          page('Contributing', '/contributing'),
        ],
      },
    ],
    footer: { message: 'MIT licence. No cookies, no trackers: this site loads nothing from anywhere else.' },
  },
  vite: {
    publicDir: resolve(root, 'site/public'),
    resolve: { alias: [{ find: /^attune$/, replacement: resolve(root, 'src/entries/index.ts') }] },
    worker: { format: 'es' },
    build: { chunkSizeWarningLimit: 1500 },
  },
  async buildEnd({ outDir, srcDir, pages, site }) {
    await writeTextPages({ from: srcDir, to: outDir, pages, title: site.title, description: site.description, base: site.base });
    await writeServiceWorker(outDir, site.base);
  },
});
