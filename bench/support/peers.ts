import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = join(import.meta.dirname, '../peers');
const environment = join(folder, '.venv');
const requirements = join(folder, 'requirements.txt');
/** What has no wheels and is compiled here; the rest works without. */
const compiledRequirements = join(folder, 'requirements-compiled.txt');
const installed = join(environment, 'installed.txt');
const binary = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/**
 * A program of `bench/peers/` that answers one JSON line per request. Its Python packages are installed on first use into
 * `bench/peers/.venv`, which git ignores.
 */
export class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(script: string) {
    this.#process = spawn(binary, [join(folder, script)], { env: { ...process.env, OPENBLAS_NUM_THREADS: '1', PYTHONUNBUFFERED: '1' } });
    this.#process.stderr.pipe(process.stderr);
    this.#process.stdin.on('error', () => {}); // the missing answer reports it
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Starts one; undefined, after one line that says why, where it cannot be had.
   * @param options.more a file of further packages that it needs
   */
  static start(script: string, { more }: { more?: string } = {}): Peer | undefined {
    const problem = prepare() ?? (more && prepareMore(more));
    if (!problem) return new Peer(script);
    console.log(`peers skipped: ${problem}`);
    return undefined;
  }

  /** Sends `{ do: task, ...request }` and waits for the answer. */
  async ask<Answer>(task: string, request: Record<string, unknown> = {}): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify({ do: task, ...request })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`The peer ended during '${task}'.`);
    const answer = JSON.parse(value) as Answer & { error?: string };
    if (answer.error) throw new Error(`The peer failed at '${task}': ${answer.error}`);
    return answer;
  }

  /** Ends the process. */
  close(): void {
    this.#process.stdin.end();
  }
}

/**
 * Makes the environment unless it is there and of these versions. It is never emptied, since another benchmark may be using it.
 * @returns what is in the way, if anything.
 */
function prepare(): string | undefined {
  const wanted = readFileSync(requirements, 'utf8') + readFileSync(compiledRequirements, 'utf8');
  if (existsSync(binary) && existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return undefined;
  if (!existsSync(binary)) {
    const python = [process.env.ATTUNE_PYTHON, 'python3', 'python'].find(
      (name) => name && succeeds(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']),
    );
    if (!python) return 'no Python 3.10 or newer with venv and pip (set ATTUNE_PYTHON to one); only our side is measured.';
    const made = spawnSync(python, ['-m', 'venv', environment], { encoding: 'utf8' });
    if (made.status !== 0) return `no virtual environment could be made: ${lastLine(made.stderr)}`;
  }
  console.log(`installing the peers into ${environment} (once, about a minute)`);
  const problem = install(requirements);
  if (problem) return `pip could not install them: ${problem}`;
  const compiling = install(compiledRequirements);
  if (compiling) console.log(`peers that need a C++ compiler are missing: ${compiling}`);
  writeFileSync(installed, wanted);
  return undefined;
}

/** Large packages that few benchmarks need. @returns what is in the way, if anything. */
function prepareMore(file: string): string | undefined {
  const done = join(environment, `installed-${file}`);
  const wanted = readFileSync(join(folder, file), 'utf8');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return undefined;
  console.log(`installing ${file} into ${environment} (once, minutes: torch alone takes gigabytes)`);
  const problem = install(join(folder, file));
  if (problem) return `pip could not install ${file}: ${problem}`;
  writeFileSync(done, wanted);
  return undefined;
}

/** @returns the last line of what went wrong, if anything did. */
function install(file: string): string | undefined {
  const { status, stderr } = spawnSync(binary, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', file], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : lastLine(stderr);
}

const succeeds = (command: string, args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
