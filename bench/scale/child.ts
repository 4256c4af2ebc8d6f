import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs a benchmark with other arguments in a process of its own, whose memory is then its own as well. @throws when it fails */
export function measuredChild(args: string[]): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../index.ts'), ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The run ended with ${code}.`))));
  });
}
