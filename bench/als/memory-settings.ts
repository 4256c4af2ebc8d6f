/** Of the fit whose memory is measured; a second iteration takes no more than the first. */
export const memorySettings = { factors: 128, alpha: 10, regularization: 1, iterations: 2 };
