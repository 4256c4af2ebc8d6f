export { combineRows, copyRows, solveRows, solveScratchBytes, solveSingles } from './als-rows';
export { alignment, extrapolate, gram, rotate } from './dense';
export { scoreRows, scoreSome, screenAdd, screenBlocks, screenFind, screenMore, screenMost } from './score';
