import { AttuneError } from '../errors.ts';
import type { AllKernels, FamilyName, JobName } from './generated/jobs.ts';
import { kernelsDigest } from './generated/kernels-digest.ts';
import { type Memory, viewsOf } from './memory/views.ts';
import { relaxedSimdIsFaster } from './relaxed-simd.ts';

/** The kernels of a folder. A bundle has those that something in it names. */
export interface KernelFamily<F extends FamilyName = FamilyName> {
  readonly name: F;
  /** Its block jobs. */
  readonly jobs: readonly JobName[];
  /**
   * The kernels in plain TypeScript, over the same memory with the same arguments: the definition a reader can trust, the oracle of the
   * tests, and what runs where WebAssembly with SIMD is missing. Sums are 64-bit, results are stored as 32-bit.
   */
  readonly twins: (memory: Memory) => Partial<AllKernels>;
  /** The kernels compiled, as text that compresses as well as the bytes do: see {@link bytesOf}. */
  readonly code: string;
  /** Some of them once more, for processors that are faster by relaxed SIMD. */
  readonly relaxed?: string;
}

/** By their text; a module is undefined where it could not be compiled. */
const compiled = new Map<string, WebAssembly.Module | undefined>();
let given: WebAssembly.Module | undefined;

/**
 * Has attune use kernels that were compiled elsewhere, where a runtime may not compile bytes (Cloudflare Workers, pages without
 * `'wasm-unsafe-eval'`): those of `attune/kernels.wasm`, of the same version of attune. Call it before the first model or index is made.
 *
 * @example
 * import kernels from 'attune/kernels.wasm'; // a WebAssembly.Module in Cloudflare Workers
 * useKernels(kernels);
 * @throws ERR_BAD_ARGUMENT when it is not a module, or one of another version
 */
export function useKernels(module: WebAssembly.Module): void {
  if (!(module instanceof WebAssembly.Module)) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `useKernels: expected a WebAssembly.Module, got ${typeof module}. Compile attune/kernels.wasm first.`,
    );
  }
  const [section] = WebAssembly.Module.customSections(module, 'attune');
  if (!section || new TextDecoder().decode(section) !== kernelsDigest) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      'useKernels: expected the kernels of this version of attune, got others. Take attune/kernels.wasm from the installed package.',
    );
  }
  given = module;
}

/**
 * Modules that together have the kernels of some families, or undefined where WebAssembly with SIMD and threads is missing. Of two kernels with one
 * name the later one counts.
 */
export function modulesOf(families: readonly KernelFamily[]): WebAssembly.Module[] | undefined {
  if (given) return [given];
  const codes = families.flatMap(({ code, relaxed }) => (relaxed && relaxedSimdIsFaster() ? [code, relaxed] : [code]));
  const modules = codes.map(moduleOf);
  return modules.every((module) => module !== undefined) ? modules : undefined;
}

function moduleOf(code: string): WebAssembly.Module | undefined {
  if (!compiled.has(code)) compiled.set(code, compile(code));
  return compiled.get(code);
}

function compile(code: string): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(bytesOf(code));
  } catch {
    return undefined;
  }
}

/**
 * The bytes of a text by `textOf` of config/build-engine.mjs: letters count from ( on, without the backslash and the backtick. Of the 85 the
 * first 82 are the bytes from -3 to 78, and the last three begin a pair.
 */
export function bytesOf(code: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(code.length);
  let length = 0;
  for (let at = 0; at < code.length; ) {
    const first = letterAt(code, at++);
    bytes[length++] = (first < 82 ? first : 82 + (first - 82) * 85 + letterAt(code, at++)) - 3;
  }
  return bytes.subarray(0, length);
}

function letterAt(code: string, at: number): number {
  const letter = code.charCodeAt(at);
  return letter - 40 - (letter > 96 ? 2 : letter > 92 ? 1 : 0);
}

/** The twins of some families over one memory, whose length is a multiple of 8 bytes. */
export function plainKernels(families: readonly KernelFamily[], buffer: ArrayBufferLike): AllKernels {
  const memory = viewsOf(buffer);
  return Object.assign({}, ...families.map(({ twins }) => twins(memory)));
}
