export { combineRows, copyRows, solveRows, solveScratchBytes, solveSingles } from './als-rows';
export { extrapolate, gram, rotate } from './dense';
export { scoreRows, scoreSome } from './score';
