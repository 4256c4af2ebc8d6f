export { combineRows, copyRows, solveRows, solveScratchBytes, solveSingles } from './als-rows';
export { bprSteps, bprUsers } from './bpr';
export { boundMany, boundRows, dot64, encodeRows } from './codes';
export { alignment, extrapolate, gram, rotate } from './dense';
export { neighbourhoods, textGradients, tokenMeans, tokenUpdates } from './distil';
export { easeStep } from './ease';
export { hnswInsert, hnswMend } from './hnsw-build';
export { hnswCount, hnswMarked, hnswScores, hnswSearch } from './hnsw-search';
export { scoreRows, scoreSome, screenAdd, screenBlocks, screenFind, screenMore, screenMost } from './score';
