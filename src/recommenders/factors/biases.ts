import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';

/** What is added to every score: a constant, and a number for each user and each item. */
export interface Biases {
  global: number;
  users: Float32Array;
  items: Float32Array;
}

/** Biases as tensors of a model file; the constant goes into its settings as `globalBias`. */
export function biasTensors(biases: Biases | undefined): ModelFile['tensors'] {
  if (!biases) return {};
  const { users, items } = biases;
  return { user_biases: { data: users, shape: [users.length] }, item_biases: { data: items, shape: [items.length] } };
}

/** The inverse of {@link biasTensors}. @throws ERR_BAD_FILE */
export function storedBiases(
  file: ModelFile,
  global: number | undefined,
  { users, items }: { users: { size: number }; items: { size: number } },
): Biases | undefined {
  if (global === undefined) return undefined;
  return {
    global,
    users: tensorOf(file, 'user_biases', Float32Array, users.size),
    items: tensorOf(file, 'item_biases', Float32Array, items.size),
  };
}
