export { type ColdStart, type ColdStartOptions, coldStart, type SourceKnowledge, type SourceRole, type Strategy } from './strategy.ts';
