import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peer } from '../support/peers.ts';
import { type Row, ratioOf } from '../support/table.ts';
import type { BenchTask } from '../support/tasks.ts';

/** Options of `npm run bench -- models`. */
export interface ModelsContext {
  repeats: number;
  threads: number;
  quick: boolean;
}
export type ModelsTask = BenchTask<ModelsContext>;

/** What an epoch, or a fit, took on one side. */
export interface EpochCost {
  wall: number;
  cpu: number;
  /** Peak resident set of the process, bytes. */
  peak: number;
}

/** Runs a script of this folder in a process of its own, which prints one line of JSON. */
export function child<Answer>(script: string, args: readonly (string | number)[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const own = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, script), ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    own.stdout.on('data', (chunk) => {
      text += chunk;
    });
    own.on('close', (code) => (code === 0 ? resolve(JSON.parse(text) as Answer) : reject(new Error(`${script} ended with ${code}`))));
  });
}

/**
 * Asks a training peer for the cost of an epoch over rows, which it reads from files; undefined where it cannot be had.
 * @param packages what it needs beside numpy and scipy, by default torch and jax
 */
export async function peerEpoch(
  script: string,
  rows: { offsets: Int32Array; items: Int32Array },
  request: Record<string, unknown>,
  packages: { more?: string } = { more: 'requirements-training.txt' },
): Promise<EpochCost | undefined> {
  const peer = Peer.start(script, packages);
  if (!peer) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  try {
    for (const [name, array] of Object.entries(rows)) writeFileSync(join(folder, `${name}.i32`), array);
    return await peer.ask<EpochCost>('epoch', { folder, ...request });
  } finally {
    peer.close();
    rmSync(folder, { recursive: true });
  }
}

/** The lines of the table: an epoch in wall and processor seconds, and memory. */
export function rowsOf(task: string, peer: string, own: EpochCost, other: EpochCost | undefined, goal: string, what = 'an epoch'): Row[] {
  const epoch: Row = { task: `${task}: ${what}`, unit: 's', attune: own.wall, attuneCpu: own.cpu, goal };
  const memory: Row = { task: `${task}: peak memory`, unit: 'MB', attune: own.peak / 1e6, goal: '>= 2 x' };
  if (other) {
    Object.assign(epoch, { peer, other: other.wall, otherCpu: other.cpu, ratio: ratioOf(own.wall, other.wall) });
    Object.assign(memory, { peer, other: other.peak / 1e6, ratio: ratioOf(own.peak, other.peak) });
  }
  return [epoch, memory];
}
