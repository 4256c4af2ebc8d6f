import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../support/clock.ts';
import { Peer } from '../support/peers.ts';
import type { SearchContext } from './context.ts';
import { nodePeers } from './node-peers.ts';
import type { TextFigures, TextTask } from './text-side.ts';

/** One set of texts and how good an answer is. */
export interface TextSet extends Omit<TextTask, 'patience'> {
  name: string;
  /** Mean nDCG@10 of the answers to the first queries; undefined without relevance judgments. */
  quality?(lists: number[][]): number;
}

/** Processor seconds of queries that a library may take: the slow ones are asked fewer. */
const patience = 2.5;

/** Word search alone: each library in a process of its own, one after the other, once; a time is the median of its queries. */
export async function textPeers(set: TextSet, { peers, folder, say }: SearchContext): Promise<Map<string, TextFigures>> {
  const file = join(folder, 'texts.json');
  const { name, quality, ...task } = set;
  writeFileSync(file, JSON.stringify({ ...task, patience } satisfies TextTask));
  const figures = new Map<string, TextFigures>();
  const libraries: Record<string, string> = { attune: 'attune', 'attune, no stems': 'attune-plain' };
  if (peers && nodePeers())
    Object.assign(libraries, {
      MiniSearch: 'minisearch',
      'MiniSearch, stems': 'minisearch-stem',
      'Orama, stems': 'orama',
      'FlexSearch, stems': 'flexsearch',
    });
  for (const [label, library] of Object.entries(libraries)) {
    say(`${name}: ${label}`);
    figures.set(label, own(library, file));
  }
  const python = peers ? Peer.start('bm25s_search.py') : undefined;
  if (python) {
    say(`${name}: bm25s`);
    try {
      figures.set('bm25s (Python), stems', await python.ask<TextFigures>('run', { file }));
    } finally {
      python.close();
    }
  }
  console.log(`\n${tableOf(set, figures)}\n`);
  return figures;
}

function own(library: string, file: string): TextFigures {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=8192', '--import', 'tsx', join(import.meta.dirname, 'text-side.ts'), library, file],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`${library} failed: ${stderr.trim().split('\n').slice(-5).join('\n')}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}

/** One line per library. Where one was asked fewer queries, ours on the same ones stands beside its quality. */
function tableOf({ name, queries, quality }: TextSet, figures: Map<string, TextFigures>): string {
  const ours = (figures.get('attune') as TextFigures).queries.lists;
  const heads = [name, 'nDCG@10', 'build, CPU s', 'query p50, CPU ms', 'wall ms', 'as typed p50, CPU ms', 'MB', 'queries'];
  const lines = Array.from(figures, ([label, { build, resident, queries: asked, typed }]) => {
    const count = asked.lists.length;
    const same = count < queries.length ? ` (attune ${quality?.(ours.slice(0, count)).toFixed(3)})` : '';
    return [
      label,
      quality ? quality(asked.lists).toFixed(3) + same : '',
      build.cpu.toFixed(2),
      digits(median(asked.cpu)),
      digits(median(asked.wall)),
      typed ? digits(median(typed.cpu)) : '',
      (resident / 1e6).toFixed(0),
      String(count),
    ];
  });
  const widths = heads.map((head, c) => Math.max(head.length, ...lines.map((line) => line[c].length)));
  const shown = (cells: string[]) => `| ${cells.map((cell, c) => cell.padEnd(widths[c])).join(' | ')} |`;
  return [shown(heads), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(shown)].join('\n');
}

const digits = (ms: number) => (ms >= 100 ? ms.toFixed(0) : ms >= 1 ? ms.toFixed(1) : ms.toFixed(3));
