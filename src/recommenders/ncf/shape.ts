import type { Sizes } from '../../engine/training/dense-parameters.ts';
import type { NcfSettings } from './options.ts';

/** Widths of a model as the kernels read them: multiples of 8, where what is added stays 0. */
export interface NcfShape {
  /** Of the GMF half; 0 = there is none. */
  gmf: number;
  /** Of an embedding of the MLP half; 0 = there is none. */
  mlp: number;
  /** Of the hidden layers. */
  layers: number[];
  /** Numbers of a row of the history side. */
  width: number;
  /** Numbers of a row of the item side, which has a bias behind it. */
  itemWidth: number;
  /** Sizes of the dense numbers, in their order. */
  dense: Sizes<string>;
}

const wide = (size: number) => 8 * Math.ceil(size / 8);

/** The widths that settings ask for. */
export function shapeOf({ variant, factors, layers }: Pick<NcfSettings, 'variant' | 'factors' | 'layers'>): NcfShape {
  const gmf = variant === 'mlp' ? 0 : wide(factors);
  const mlp = variant === 'gmf' ? 0 : wide(layers[0] / 2);
  const hidden = mlp > 0 ? layers.slice(1).map(wide) : [];
  const dense: Record<string, number> = {};
  let from = 2 * mlp;
  hidden.forEach((to, l) => {
    dense[`w${l}`] = from * to;
    dense[`b${l}`] = to;
    from = to;
  });
  if (mlp > 0) dense.last = from;
  dense.gmf = gmf;
  return { gmf, mlp, layers: hidden, width: gmf + mlp, itemWidth: gmf + mlp + 8, dense };
}

/** The integers that the kernels of NCF read their shape from. */
export function kernelShape(
  { gmf, mlp, layers }: NcfShape,
  items: number,
  { negatives, feedback, loss }: NcfSettings,
  apart = false,
): number[] {
  const explicit = feedback === 'explicit';
  const kind = explicit ? 1 : loss === 'softmax' ? 2 : 0;
  return [items, explicit ? 0 : negatives, gmf, mlp, Number(apart), kind, layers.length, ...layers];
}

/** Numbers of scratch that the kernels need, for `count` candidates at a time. */
export function scratchOf({ width, mlp, layers }: NcfShape, count: number): number {
  const widest = Math.max(mlp, ...layers, 8);
  const rows = mlp + layers.reduce((sum, layer) => sum + layer, 0) + 2 * widest;
  return width + 2048 + 2 * count + 4 + count * rows + 8 * Math.max(widest, count, 64) + 64;
}
