/** A block of a page that has a name: a file, a runtime or a library. */
export interface TitledBlock {
  language: string;
  title: string;
  code: string;
}

/** The blocks of a page that have a name, such as ```` ```js [server.mjs] ````. */
export function titledBlocks(page: string): TitledBlock[] {
  return [...page.matchAll(/^```(\w+) \[([^\]]+)\]\n([\s\S]*?)^```$/gm)].map(([, language, title, code]) => ({ language, title, code }));
}

/** Their code by name. */
export const codeByTitle = (page: string): Record<string, string> =>
  Object.fromEntries(titledBlocks(page).map(({ title, code }) => [title, code]));
