/** What lists and similar users need to be prefiltered: one module, so that a page loads it as one. */
export { prefilterKernels } from '../../engine/generated/families/prefilter.ts';
export { Prefilter } from './prefilter.ts';
export { PrefilteredUsers } from './prefiltered-users.ts';
