import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender, Interactions } from 'attune';
import { type AlsOnDiskOptions, fitAlsOnDisk, readParquet } from 'attune/node';
import { measuredChild } from './child.ts';
import { writeRatings } from './parquet-file.ts';

/** What the fits of this benchmark take. */
export interface GrowthSettings {
  ratings: number[];
  factors: number;
  iterations: number;
  maxMemoryBytes: number;
  threads: number | 'auto';
  folder: string | undefined;
  /** Fits in memory instead of on disk. */
  inMemory: boolean;
}

const headings = ['ratings', 'users', 'items', 'reading', 'sorting', 'iteration', 'end', 'together', 'wall s', 'peak MB'];
const widths = [11, 9, 8, 9, 9, 11, 7, 10, 8, 9];
const line = (cells: string[]) => cells.map((cell, k) => cell.padStart(widths[k])).join('');

/**
 * Fits ALS on Parquet files of growing size. The file is written by one process and fitted by another, whose largest resident memory is that
 * of reading, sorting and training alone.
 */
export async function growth(s: GrowthSettings, args: string[]): Promise<void> {
  const folder = mkdtempSync(join(s.folder ?? tmpdir(), 'attune-scale-'));
  console.log('Processor time in microseconds per rating; iteration: the median of all.\n');
  console.log(line(headings));
  try {
    for (const ratings of s.ratings) {
      const file = join(folder, 'ratings.parquet');
      await measuredChild(['scale', ...args, '--write', String(ratings), '--file', file]);
      await measuredChild(['scale', ...args, '--fit', String(ratings), '--file', file]);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the file of one size. */
export function write(ratings: number, file: string): void {
  writeRatings(file, ratings);
}

/** Options of a fit on disk. */
export const fitOptions = (s: GrowthSettings): AlsOnDiskOptions => ({
  factors: s.factors,
  iterations: s.iterations,
  tolerance: 0,
  maxMemoryBytes: s.maxMemoryBytes,
  threads: s.threads,
  history: false,
  ...(s.folder && { folder: s.folder }),
});

/** Fits one file and prints its line. */
export async function fitFile(ratings: number, file: string, s: GrowthSettings): Promise<void> {
  const began = performance.now();
  const marks = [{ name: 'reading', at: seconds() }];
  const onProgress = ({ phase, done }: { phase: string; done: number }) => {
    const name = phase === 'training' ? `training ${done}` : phase;
    if (name === marks[marks.length - 1].name) return;
    if (phase === 'reading') return; // reported all the time
    marks.push({ name, at: seconds() });
  };
  const als = s.inMemory ? await fitInMemory(file, s, onProgress) : await fitAlsOnDisk(readParquet(file), fitOptions(s), { onProgress });
  marks.push({ name: 'ended', at: seconds() });
  const at = (name: string) => marks.find((mark) => mark.name === name)?.at ?? Number.NaN;
  const iterations = Array.from({ length: s.iterations }, (_, k) => at(`training ${k + 1}`) - at(`training ${k}`)).sort((a, b) => a - b);
  const parts = [
    at('sorting') - at('reading'),
    at('training 0') - at('sorting'), // with the regularization, row groups and the start of the power method
    iterations[iterations.length >> 1],
    at('ended') - at(`training ${s.iterations}`),
  ];
  const micros = (value: number) => ((value * 1e6) / ratings).toFixed(2);
  const { maxRSS } = process.resourceUsage();
  const wall = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    line([
      String(ratings),
      String(als.users.size),
      String(als.items.size),
      ...parts.map(micros),
      micros(seconds()),
      wall,
      (maxRSS / 1024).toFixed(0),
    ]),
  );
}

/** The same fit in memory. */
async function fitInMemory(file: string, s: GrowthSettings, onProgress: (progress: { phase: string; done: number }) => void) {
  const { history: _, maxMemoryBytes: __, folder: ___, ...options } = fitOptions(s);
  const interactions = await Interactions.from(readParquet(file));
  onProgress({ phase: 'sorting', done: 0 });
  return new AlsRecommender(options).fit(interactions, { onProgress });
}

/** Processor seconds of this process so far. */
function seconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
