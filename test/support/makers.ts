export * from '../../src/entries/authoring/makers.ts';
