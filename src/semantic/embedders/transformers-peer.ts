import { AttuneError } from '../../errors.ts';
import { integer, optional, text } from '../../options.ts';

/** Options of whatever runs a model by the package. */
export interface PeerModelOptions {
  /** Precision of the weights: `'q8'` (default; a quarter of the bytes, no worse on SciFact), `'fp32'`, or another the model comes in. */
  dtype?: string | undefined;
  /** A folder (or a URL) that holds `<model>/config.json` and so on. With it nothing is downloaded. Default: the model hub, cached. */
  localModelPath?: string | undefined;
  /** Threads of the runtime. Default: the runtime's own choice, one per core. */
  threads?: number | undefined;
}

/** Checks and defaults of {@link PeerModelOptions}. */
export const peerModelChecks = {
  dtype: text({ default: 'q8' }),
  localModelPath: optional(text()),
  threads: optional(integer({ min: 1, max: 1024 })),
};

/** A model that is loaded when it is first used, and again after it was disposed of or could not be loaded. */
export class LazyModel<Loaded extends { run: { dispose?(): Promise<unknown> } }> {
  readonly #load: () => Promise<Loaded>;
  #loading: Promise<Loaded> | undefined;

  constructor(load: () => Promise<Loaded>) {
    this.#load = load;
  }

  /** The model. @throws what loading throws */
  get(): Promise<Loaded> {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** Frees the model, if it was loaded. */
  async dispose(): Promise<void> {
    const model = await this.#loading?.catch(() => undefined);
    this.#loading = undefined;
    await model?.run.dispose?.();
  }
}

/** The optional package `@huggingface/transformers`. @throws ERR_MISSING_PEER */
export async function loadPeer<Module>(owner: string): Promise<Module> {
  try {
    return (await import('@huggingface/transformers')) as unknown as Module;
  } catch (cause) {
    throw new AttuneError(
      'ERR_MISSING_PEER',
      `${owner} needs the package @huggingface/transformers, which could not be loaded. Run: npm install @huggingface/transformers`,
      { cause },
    );
  }
}

/** A path instead of the package's global settings: another user of the package in this process keeps its own. */
export function sourceOf(model: string, localModelPath: string | undefined): string {
  return localModelPath === undefined ? model : `${asPath(localModelPath)}/${model}`;
}

/** Spinning threads waste more than they gain as soon as something else needs the cores. */
export function sessionOptions(threads: number | undefined): object {
  return { ...(threads && { intraOpNumThreads: threads }), extra: { session: { intra_op: { allow_spinning: '0' } } } };
}

/** Replaces lone surrogates, on which the tokenizer fails. */
export function wellFormed(value: string): string {
  return value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}

/** `models` would read as the name of a hub's repository; `./models` cannot. */
function asPath(folder: string): string {
  const trimmed = folder.replace(/[\\/]+$/, '');
  return /^([\\/.]|[a-zA-Z]:|[a-z]+:\/\/)/.test(trimmed) || trimmed === '' ? trimmed : `./${trimmed}`;
}
