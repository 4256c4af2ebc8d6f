import * as code from './prefilter-code.ts';
import { prefilterHelps } from './prefilter-helps.ts';

/** The code of prefilters. */
export type Prefilters = typeof code;

/** What prefilters so many rows of f numbers; undefined where all are scored. Bundlers take `prefilters.page.ts` instead. */
export function prefiltersFor(count: number, f: number): Prefilters | undefined {
  return prefilterHelps(count, f) ? code : undefined;
}
