/** `npm run figures`: puts the committed results of benchmarks into the guides, where `<!-- figures: NAME -->` stands. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResult, resultTable } from '../bench/support/results.ts';
import { root } from './entries.ts';

/** A guide with its figures as they are in bench/results. */
export function withFigures(text: string): string {
  return text.replace(
    /<!-- figures: ([\w-]+) -->\n[\s\S]*?<!-- end of figures -->/g,
    (_, name) => `<!-- figures: ${name} -->\n${resultTable(readResult(name))}\n<!-- end of figures -->`,
  );
}

/** The guides that may show figures. */
export const guidesWithFigures = (): string[] =>
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('api'))
    .map((file) => join(root, 'docs', file));

if (process.argv[1] === import.meta.filename) {
  for (const file of guidesWithFigures()) {
    const text = readFileSync(file, 'utf8');
    const filled = withFigures(text);
    if (filled !== text) writeFileSync(file, filled);
  }
}
