import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

// The loader of TypeScript leaves threads alone, so each one loads it for itself.
register();
await import(workerData.script);
