import type { Progress } from 'attune';

/** How long work takes shows as a bar on a terminal and as a few plain lines elsewhere. Goes to stderr: stdout is for answers. */
export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const started = performance.now();
  return stream.isTTY ? terminalBar(label, stream, started) : plainLines(label, stream, started);
}

export interface ProgressBar {
  /** Fits `onProgress` of everything in attune. */
  update(progress: Progress): void;
  /** Ends the bar with one line that stays. */
  done(message?: string): void;
  /** Ends the bar without a success. */
  fail(): void;
}

/** Runs work under a bar that ends well or badly as the work does; `summary` makes the closing words. */
export async function withProgress<T>(
  label: string,
  work: (update: (progress: Progress) => void) => Promise<T>,
  summary?: (result: T) => string,
): Promise<T> {
  const bar = progressBar(label);
  try {
    const result = await work((progress) => bar.update(progress));
    bar.done(summary?.(result));
    return result;
  } catch (error) {
    bar.fail();
    throw error;
  }
}

function terminalBar(label: string, stream: NodeJS.WriteStream, started: number): ProgressBar {
  let last = 0;
  const line = (text: string) => stream.write(`\r\x1b[2K${text}`);
  line(`  ${label}`);
  return {
    update(progress) {
      const now = performance.now();
      if (now - last < 60) return;
      last = now;
      line(`  ${label}  ${bar(progress)} ${detail(progress, started)}`.slice(0, (stream.columns || 80) - 1));
    },
    done: (message) => void line(`\x1b[32m✓\x1b[0m ${label}${message ? `: ${message}` : ''} \x1b[2m(${seconds(started)})\x1b[0m\n`),
    fail: () => void line(`\x1b[31m✗\x1b[0m ${label} \x1b[2m(${seconds(started)})\x1b[0m\n`),
  };
}

/** A log is read later, so it gets a line when something starts, every ten seconds, and at the end. */
function plainLines(label: string, stream: NodeJS.WriteStream, started: number): ProgressBar {
  let last = started;
  stream.write(`${label} ...\n`);
  return {
    update(progress) {
      const now = performance.now();
      if (now - last < 10_000) return;
      last = now;
      stream.write(`${label} ... ${detail(progress, started)}\n`);
    },
    done: (message) => void stream.write(`${label}: ${message ? `${message}, ` : ''}${seconds(started)}\n`),
    fail: () => void stream.write(`${label}: failed after ${seconds(started)}\n`),
  };
}

function bar({ done, total }: Progress): string {
  if (!total) return '';
  const cells = 24;
  const full = Math.min(cells, Math.floor((done / total) * cells));
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`;
}

function detail({ phase, done, total, loss }: Progress, started: number): string {
  const share = total ? `${String(Math.floor((done / total) * 100)).padStart(3)} %` : done.toLocaleString('en-US');
  return `${share}  ${phase}${typeof loss === 'number' ? `, loss ${loss.toPrecision(6)}` : ''}${timeLeft(done, total, started)}`;
}

/** Only once there is enough to judge by. */
function timeLeft(done: number, total: number | undefined, started: number): string {
  const elapsed = (performance.now() - started) / 1000;
  if (!total || done >= total || elapsed < 2 || done / total < 0.02) return '';
  const left = Math.ceil((elapsed * (total - done)) / done);
  return left < 90 ? `, ${left} s left` : `, ${Math.ceil(left / 60)} min left`;
}

export const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
