import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';

/** Runs a command as the shell would. */
export async function runCli(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  const written = { out: '', error: '' };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((written.out += text)));
  const error = vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((written.error += text)));
  try {
    return { code: await main(argv), ...written };
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}
