import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../clock.ts';
import { nodePeers } from '../node-peers.ts';
import { Peer } from '../peers.ts';
import type { Row } from '../table.ts';
import type { SearchContext } from './context.ts';
import type { TextFigures, TextTask } from './text-side.ts';

/** One set of texts and how good an answer is. */
export interface TextSet extends TextTask {
  name: string;
  /** Mean nDCG@10 of lists of text numbers; undefined where nobody has judged. */
  quality?(lists: number[][]): number;
}

/** Word search alone, each library in a process of its own, in turns. */
export async function textPeers(set: TextSet, { peers, repeats, folder, say }: SearchContext): Promise<{ rows: Row[]; detail: unknown }> {
  const file = join(folder, 'texts.json');
  const { name, quality, ...task } = set;
  writeFileSync(file, JSON.stringify(task));
  const node = peers ? nodePeers() : undefined;
  const python = peers ? Peer.start('bm25s_search.py') : undefined;
  const sides: [string, () => TextFigures | Promise<TextFigures>][] = [
    ['attune', () => own('attune', file)],
    ['attune, no stems', () => own('attune-plain', file)],
  ];
  if (node) {
    const libraries = { MiniSearch: 'minisearch', Orama: 'orama', 'Orama, stems': 'orama-stem', FlexSearch: 'flexsearch' };
    for (const [label, library] of Object.entries(libraries)) sides.push([label, () => own(library, file)]);
  }
  if (python) {
    sides.push(['bm25s, stems', () => python.ask<TextFigures>('run', { file, stem: true })]);
    sides.push(['bm25s', () => python.ask<TextFigures>('run', { file, stem: false })]);
  }
  const runs = new Map<string, TextFigures[]>(sides.map(([label]) => [label, []]));
  try {
    for (let round = 0; round < Math.min(repeats, 3); round++) {
      for (const [label, run] of sides) {
        say(`${name}: ${label}, round ${round + 1}`);
        runs.get(label)?.push(await run());
      }
    }
  } finally {
    python?.close();
  }
  return { rows: rowsOf(name, runs, task.queries.length, quality), detail: Object.fromEntries(runs) };
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

/** A line a measure and library; ours with stems stands in each. */
function rowsOf(name: string, runs: Map<string, TextFigures[]>, queries: number, quality: TextSet['quality']): Row[] {
  const figures = (label: string) => {
    const all = runs.get(label) as TextFigures[];
    const of = (pick: (run: TextFigures) => number) => median(all.map(pick));
    return {
      quality: quality?.(all[0].lists),
      build: of((run) => run.build.wall),
      buildCpu: of((run) => run.build.cpu),
      query: of((run) => median(run.each)),
      queryCpu: (of((run) => run.cpu) / queries) * 1000,
      typed: all[0].typedEach && of((run) => median(run.typedEach as number[])),
      memory: of((run) => run.resident / 1e6),
    };
  };
  const ours = figures('attune');
  const rows: Row[] = [];
  for (const label of runs.keys()) {
    const theirs = figures(label);
    const peer = label === 'attune' ? undefined : label;
    const row = (task: string, unit: Row['unit'], a: number | undefined, b: number | undefined, cpu?: [number, number]) => {
      if (a === undefined || b === undefined) return;
      const other = peer && { peer, other: b, otherCpu: cpu?.[1], ratio: unit === '' ? undefined : b / a };
      rows.push({ task: `${name}, ${task}`, unit, attune: a, attuneCpu: cpu?.[0], ...other });
    };
    row('nDCG@10', '', ours.quality, theirs.quality);
    row('build', 's', ours.build, theirs.build, [ours.buildCpu, theirs.buildCpu]);
    row('query p50', 'ms', ours.query, theirs.query, [ours.queryCpu, theirs.queryCpu]);
    row('query as typed p50', 'ms', ours.typed, theirs.typed);
    row('memory', 'MB', ours.memory, theirs.memory);
  }
  return rows.sort((a, b) => order.findIndex((part) => a.task.endsWith(part)) - order.findIndex((part) => b.task.endsWith(part)));
}

const order = ['nDCG@10', 'build', 'query p50', 'query as typed p50', 'memory'];
