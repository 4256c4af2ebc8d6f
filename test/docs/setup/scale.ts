/** What the blocks of docs/scale.md use without declaring it. */
import { memoryModelStore } from 'attune';

export { writeFile } from 'node:fs/promises';

export const store = memoryModelStore();
export const history = [{ user: 'ann', item: 'tea' }];
export const signal: AbortSignal | undefined = undefined;
export const onProgress = () => {};
export const ratings = Array.from({ length: 60 }, (_, k) => ({ customer: `c${k % 12}`, item: `p${(k * 7) % 11}`, value: 1 + (k % 5) }));
