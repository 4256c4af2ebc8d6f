/** The blocks of a page that have a name, such as ```` ```js [server.mjs] ````, by it. */
export function titledBlocks(page: string): Record<string, string> {
  return Object.fromEntries([...page.matchAll(/^```\w+ \[([^\]]+)\]\n([\s\S]*?)^```$/gm)].map(([, title, code]) => [title, code]));
}
