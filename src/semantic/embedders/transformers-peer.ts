import { AttuneError } from '../../errors.ts';

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
