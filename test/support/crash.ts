import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { bundled } from './bundled.ts';
import { openCrashStores } from './crash-stores.ts';

/** Rounds of each store: a few, or as many as ATTUNE_KILLS says. */
export const kills = Number(process.env.ATTUNE_KILLS ?? 4);

/** A child that writes, and what it said. */
interface Writer {
  process: ChildProcess;
  lines: string[];
  ready: Promise<unknown>;
  ended: Promise<unknown>;
}

async function startWriter(kind: string, place: string, first: number): Promise<Writer> {
  const program = await bundled(resolve(import.meta.dirname, 'crash-child.ts'));
  const child = spawn(process.execPath, [program, kind, place, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  return { process: child, lines, ready: once(reader, 'line'), ended: once(child, 'close') };
}

/** Kills writers of a store, one after the other at random times, and looks after each whether all is there that was confirmed, and nothing half. */
export async function crashOften(kind: string, place: string, times = kills): Promise<void> {
  const stores = await openCrashStores(kind, place);
  const confirmed = { rows: 0, alias: 0, events: new Set<number>(), models: new Map<number, number>() };
  let first = 1;
  try {
    for (let round = 0; round < times; round++) {
      const writer = await startWriter(kind, place, first);
      await writer.ready;
      await new Promise((done) => setTimeout(done, Math.random() * 250));
      writer.process.kill('SIGKILL');
      await writer.ended;
      for (const line of writer.lines) {
        const [what, number, k] = line.split(' ');
        first = Math.max(first, Number(k ?? number) + 1 || 0);
        if (what === 'rows') confirmed.rows = Number(number);
        if (what === 'event') confirmed.events.add(Number(number));
        if (what === 'model') confirmed.models.set(Number(number), Number(k));
        if (what === 'alias') confirmed.alias = Number(number);
      }
      first += 10; // what the child had begun
      await verify(stores, confirmed);
    }
    const highest = Math.max(0, ...confirmed.models.keys());
    expect((await stores.models.put('m', Uint8Array.of(1), { k: 1 })).version).toBeGreaterThan(highest);
    console.log(
      `${kind}: ${times} kills, ${confirmed.models.size} models, ${confirmed.events.size} events and batch ${confirmed.rows} of rows confirmed, all there`,
    );
  } finally {
    await stores.close();
  }
}

async function verify(
  { data, models }: Awaited<ReturnType<typeof openCrashStores>>,
  confirmed: { rows: number; alias: number; events: Set<number>; models: Map<number, number> },
): Promise<void> {
  if (data) {
    const values = new Set<number>();
    let rows = 0;
    for await (const row of data.interactions.all()) {
      values.add(row.value);
      rows++;
    }
    if (rows > 0 || confirmed.rows > 0) expect([rows, values.size]).toEqual([50, 1]); // one batch, whole
    for (const value of values) expect(value).toBeGreaterThanOrEqual(confirmed.rows);
    const events = new Set<number>();
    for await (const { n } of data.events.all()) events.add(n as number);
    for (const n of confirmed.events) expect(events).toContain(n);
  }
  const list = await models.list('m');
  const versions = list.map(({ version }) => version);
  for (const version of confirmed.models.keys()) expect(versions).toContain(version);
  for (const { version, metadata } of list.slice(-12)) {
    const { bytes } = await models.get(`m@${version}`);
    expect(bytes.length).toBe(200_000);
    expect(bytes.every((byte) => byte === ((metadata.k as number) & 255))).toBe(true);
  }
  if (confirmed.alias > 0) expect((await models.get('m@production')).version).toBeGreaterThanOrEqual(confirmed.alias);
}

/** Lets two writers write to one store at once, and looks whether each version belongs to one of them. */
export async function writeAtOnce(kind: string, place: string): Promise<void> {
  const stores = await openCrashStores(kind, place);
  try {
    const writers = await Promise.all([startWriter(kind, place, 1), startWriter(kind, place, 129)]);
    await Promise.all(writers.map(({ ready }) => ready));
    while (writers.some(({ lines }) => lines.filter((line) => line.startsWith('model')).length < 4))
      await new Promise((done) => setTimeout(done, 20));
    for (const { process } of writers) process.kill('SIGKILL');
    await Promise.all(writers.map(({ ended }) => ended));
    const said = writers.flatMap(({ lines }) =>
      lines.filter((line) => line.startsWith('model')).map((line) => line.split(' ').slice(1).map(Number)),
    );
    expect(new Set(said.map(([version]) => version)).size).toBe(said.length);
    for (const [version, k] of said) {
      const { bytes, metadata } = await stores.models.get(`m@${version}`);
      expect([metadata.k, bytes[0], bytes.at(-1)]).toEqual([k, k & 255, k & 255]);
    }
    const events = new Set<number>();
    for await (const { n } of stores.data?.events.all() ?? []) events.add(n as number);
    for (const { lines } of writers)
      for (const line of lines) if (line.startsWith('event')) expect(events).toContain(Number(line.split(' ')[1]));
  } finally {
    await stores.close();
  }
}
