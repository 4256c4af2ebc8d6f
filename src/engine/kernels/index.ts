export { solveRows, solveScratchBytes, solveSingles } from './als-rows';
export { extrapolate, gram, rotate } from './dense';
export { scoreRows, scoreSome } from './score';
