import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Tests against real services; `npm run test:integration` sets those up first. */
const config = mergeConfig(base, {});
config.test = { ...config.test, include: ['test/integration/**/*.test.ts'], exclude: [], fileParallelism: false, isolate: true };
export default config;
