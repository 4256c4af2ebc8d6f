import { checkerboard } from '../../support/makers.ts';

export const train = checkerboard(20);
