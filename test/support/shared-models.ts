import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Where models lie: ATTUNE_MODELS, or ../shared/models beside the repository. */
export const models = resolve(root, process.env.ATTUNE_MODELS ?? '../shared/models');

/** Whether all-MiniLM-L6-v2 is there. */
export const miniLm = existsSync(resolve(models, 'Xenova/all-MiniLM-L6-v2/config.json'));
if (!miniLm) console.warn(`skipped: no models in ${models}; set ATTUNE_MODELS to the folder that holds Xenova/all-MiniLM-L6-v2`);
