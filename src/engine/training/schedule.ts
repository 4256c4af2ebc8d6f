/**
 * The length of a step when a share of the training is done, from 0 to 1: near the first length for a while, and near 0 at the end, as along a
 * cosine (Loshchilov & Hutter 2017), whose last bit would differ between engines.
 */
export const falling = (learningRate: number, done: number) => learningRate * (1 - done * done * (3 - 2 * done));
