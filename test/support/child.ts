import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundled } from './bundled.ts';

/** A TypeScript program in a process of its own. */
export interface Child {
  process: ChildProcess;
  /** Lines it has printed so far. */
  lines: string[];
  /** The next line that starts so. */
  line(start: string): Promise<string>;
  /** Its end. */
  ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Starts a TypeScript file with arguments. Its errors go to the test's own. */
export async function startChild(file: string, ...args: (string | number)[]): Promise<Child> {
  const child = spawn(process.execPath, [await bundled(file), ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting: { start: string; resolve: (line: string) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const k = waiting.findIndex(({ start }) => line.startsWith(start));
    if (k >= 0) waiting.splice(k, 1)[0].resolve(line);
  });
  return {
    process: child,
    lines,
    line: (start) => new Promise((resolve) => waiting.push({ start, resolve })),
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal })),
  };
}
