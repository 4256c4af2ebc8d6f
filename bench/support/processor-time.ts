import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Clock ticks of a second in /proc, which Linux has fixed. */
const ticks = 100;

/** Processor seconds that a process and its children have used so far; undefined where there is no /proc. */
export function processorSeconds(pid: number): number | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  let sum = 0;
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(entry);
    // Children that have ended are counted in their parent.
    if (Number(entry) === pid) sum += fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
    else if (Number(fields[1]) === pid) sum += Number(fields[11]) + Number(fields[12]);
  }
  return sum / ticks;
}

/** The process of a service that `npm run services` has started. */
export function serviceProcess(service: string): number {
  const folder = join(import.meta.dirname, '../../.services', service);
  const server = join(folder, 'server.txt'); // of PostgreSQL, which keeps the number with its data
  const file = existsSync(server) ? join(readFileSync(server, 'utf8').trim().split('\n')[1], 'postmaster.pid') : join(folder, 'pid.txt');
  return Number.parseInt(readFileSync(file, 'utf8'), 10);
}

/** Fields of /proc/PID/stat from the third on: what stands before may hold blanks. */
function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return []; // it has ended
  }
}
