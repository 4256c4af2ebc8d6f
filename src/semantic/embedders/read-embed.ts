import type { EmbedOptions } from '../../contracts/embedder.ts';
import { AttuneError, shown } from '../../errors.ts';
import { abortSignal, checkOptions, workOptions } from '../../options.ts';

/** What `embed` was called with, checked. @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION */
export function readEmbed(owner: string, texts: readonly string[], options: EmbedOptions): EmbedOptions {
  if (!Array.isArray(texts) || ![...texts].every((each) => typeof each === 'string'))
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an array of texts, got ${shown(texts)}.`);
  const { signal, onProgress } = checkOptions(owner, options);
  abortSignal(signal, `${owner}: option 'signal'`);
  workOptions.onProgress(onProgress, `${owner}: option 'onProgress'`);
  return options;
}
