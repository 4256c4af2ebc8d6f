import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { type Row, table } from './table.ts';

/** A part of a benchmark, in the same words for all of them. */
export interface BenchTask<Context> {
  name: string;
  summary: string;
  /** @returns its lines of the table, and what else is worth keeping as JSON. */
  run(context: Context): Promise<{ rows: Row[]; detail?: unknown }>;
}

/** The tasks that `--only a,b` names; all without it. */
export function chooseTasks<Task extends { name: string }>(tasks: Task[], only: string | undefined): Task[] {
  if (only === undefined) return tasks;
  return only.split(',').map((name) => {
    const task = tasks.find((each) => each.name === name.trim());
    if (!task) throw new Error(`There is no task '${name}'. There are: ${tasks.map((each) => each.name).join(', ')}.`);
    return task;
  });
}

/** The whole number from 1 that an option must be. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, got '${text}'.`);
  return value;
}

/** Runs tasks one after the other, prints their tables, and writes everything to `bench/out/`. */
export async function runTasks<Context extends { repeats: number; threads: number; quick: boolean }>(
  benchmark: string,
  tasks: BenchTask<Context>[],
  context: Context,
  versions: Record<string, string> = {},
): Promise<void> {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, ...versions };
  const before = loadavg();
  console.log(JSON.stringify(machine));
  if (before[0] > 1) console.log(`The machine is busy (load ${before[0].toFixed(1)}): ratios of wall times are not to be quoted.`);
  const rows: Row[] = [];
  const details: Record<string, unknown> = {};
  for (const task of tasks) {
    const result = await task.run(context);
    rows.push(...result.rows);
    details[task.name] = result.detail;
    console.log(`\n${table(result.rows)}\n`);
  }
  const load = { before, after: loadavg() };
  const { repeats, threads, quick } = context;
  const out = join(import.meta.dirname, '../out');
  mkdirSync(out, { recursive: true });
  const file = join(out, `${benchmark}-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, JSON.stringify({ machine, load, repeats, threads, quick, rows, details }, undefined, 2));
  if (tasks.length > 1) console.log(table(rows));
  console.log(`\nload before and after ${load.before[0].toFixed(1)}, ${load.after[0].toFixed(1)}; written to ${file}`);
}
