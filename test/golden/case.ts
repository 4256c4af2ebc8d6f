import { type Attune, plain } from './attune.ts';

/** Something that is kept as bytes, how it is made, and what it is asked. */
export interface Case {
  name: string;
  /** Makes it anew, writes it, and asks what was made. */
  make(attune: Attune, threads: number): Promise<{ bytes: Uint8Array; answers: unknown }>;
  /** Reads what was written, and asks the same. */
  load(attune: Attune, bytes: Uint8Array): Promise<unknown>;
  /** `'hash'`: too large to be kept as a file. */
  keep: 'file' | 'hash';
  /** Whether the same bytes come each time; not where they hold how long something took. */
  repeatable: boolean;
  /** Whether `threads` are used. */
  parallel: boolean;
}

export type Traits = Partial<Pick<Case, 'keep' | 'repeatable' | 'parallel'>>;

/** A case of anything that writes itself. */
export function caseOf<Model extends { toBytes(): Uint8Array }>(
  name: string,
  make: (attune: Attune, threads: number) => Model | Promise<Model>,
  load: (attune: Attune, bytes: Uint8Array) => Model | Promise<Model>,
  ask: (model: Model, attune: Attune) => unknown,
  { keep = 'file', repeatable = true, parallel = false }: Traits = {},
): Case {
  return {
    name,
    keep,
    repeatable,
    parallel,
    async make(attune, threads) {
      const model = await make(attune, threads);
      const answers = plain(await ask(model, attune));
      return { bytes: model.toBytes(), answers };
    },
    load: async (attune, bytes) => plain(await ask(await load(attune, bytes), attune)),
  };
}
