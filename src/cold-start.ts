export * from './cold-start/index.ts';
