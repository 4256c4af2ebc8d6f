import type { Case } from './case.ts';
import { recommenderCases } from './recommenders.ts';
import { searchCases } from './search.ts';
import { stateCases } from './states.ts';
import { vectorCases } from './vectors.ts';

export { type FolderCase, folderCases } from './folders.ts';
export { type UnkeptCase, unkeptCases } from './unkept.ts';

/** Everything that is kept as bytes. */
export const cases: Case[] = [...recommenderCases, ...searchCases, ...vectorCases, ...stateCases];
