import { prefilterHelps } from './prefilter-helps.ts';
import type { Prefilters } from './prefilters.ts';

let code: Prefilters | undefined;
let isAsked = false;

/**
 * What `prefilters.ts` is in a page: the code is loaded when the first model asks for it that is large enough, and until then all rows are
 * scored, which gives the same answers.
 */
export function prefiltersFor(count: number, f: number): Prefilters | undefined {
  if (!prefilterHelps(count, f)) return undefined;
  if (!isAsked) {
    isAsked = true;
    load().catch(() => {}); // a page that cannot load it does without
  }
  return code;
}

async function load(): Promise<void> {
  code = await import('./prefilter-code.ts');
}
