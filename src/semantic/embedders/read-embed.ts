import type { EmbedOptions } from '../../contracts/embedder.ts';
import { AttuneError, shown } from '../../errors.ts';
import { abortSignal, checkOptions, workOptions } from '../../options.ts';

const readProgress = workOptions.onProgress;

/** What `embed` was called with, checked. @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION */
export function readEmbed(owner: string, texts: readonly string[], options: EmbedOptions | undefined): EmbedOptions {
  const isList = Array.isArray(texts);
  for (let k = 0; isList && k < texts.length; k++) {
    if (typeof texts[k] === 'string') continue;
    throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected texts, got ${shown(texts[k])} as number ${k}.`);
  }
  if (isList) {
    const { signal, onProgress } = checkOptions(owner, options);
    return {
      signal: abortSignal(signal, `${owner}: option 'signal'`),
      onProgress: readProgress(onProgress, `${owner}: option 'onProgress'`),
    };
  }
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected an array of texts, got ${shown(texts)}.`);
}
