import type { Csr } from '../../data/csr.ts';
import { readingModelFile, tensorOf, writeModelFile } from '../../data/files/model-file.ts';
import { AttuneError } from '../../errors.ts';
import { xxHash32 } from '../../numeric/xx-hash.ts';
import { atOnce } from '../../work/steps.ts';
import type { AlsIteration, AlsSettings } from './options.ts';
import type { AlsState } from './solver/training-state.ts';

const kind = 'als-checkpoint';
/** Users of version 1 are in the caller's basis already. */
const formatVersion = 2;

/** A number that tells data apart; ids do not matter, since factors do not depend on them. */
export function fingerprintOf({ offsets, indices, values }: Csr, userWeights?: Float32Array): number {
  const arrays = userWeights ? [offsets, indices, values, userWeights] : [offsets, indices, values];
  const hashes = arrays.map((array) => xxHash32(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  return xxHash32(new Uint8Array(Uint32Array.from(hashes).buffer));
}

/** The state of a fit as a file. */
export function checkpointToBytes(
  { items, users, rotation, acceleration, history }: AlsState,
  s: AlsSettings,
  data: number,
): Uint8Array<ArrayBuffer> {
  const flat = (array: Float32Array | Float64Array) => ({ data: array, shape: [array.length] });
  return writeModelFile({
    kind,
    formatVersion,
    settings: { options: decisive(s), data, age: acceleration?.age, history },
    tensors: {
      items: flat(items),
      users: flat(users),
      ...(rotation && { turn: flat(rotation) }), // the tensor keeps the name it has in the file format
      ...(acceleration && { input: flat(acceleration.input), before: flat(acceleration.before) }),
    },
    ids: {},
  });
}

/**
 * The inverse of {@link checkpointToBytes}.
 * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT; ERR_BAD_OPTION when it belongs to other data or options
 */
export function checkpointFromBytes(bytes: Uint8Array, s: AlsSettings, data: number): AlsState {
  const file = atOnce(readingModelFile(bytes, kind, formatVersion));
  const stored = file.settings as { options: Record<string, unknown>; data: number; age?: number | undefined; history: AlsIteration[] };
  const own: Record<string, unknown> = decisive(s);
  const other = Object.keys(own).find((name) => stored.options?.[name] !== own[name]);
  if (other) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `AlsRecommender.fit: option 'resumeFrom' must come from a fit with the same options, got one with ${other} ${stored.options?.[other]} instead of ${own[other]}. Make the model with that, or fit without resumeFrom.`,
    );
  }
  if (stored.data !== data) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      "AlsRecommender.fit: option 'resumeFrom' must come from a fit of the same interactions in the same order, got one of others. Use warmStart to start from a model of other data.",
    );
  }
  const tensor = (name: string, length?: number) => tensorOf(file, name, Float32Array, length);
  const items = tensor('items');
  return {
    items,
    users: tensor('users'),
    rotation: Object.hasOwn(file.tensors, 'turn') ? tensorOf(file, 'turn', Float64Array, s.factors ** 2) : undefined,
    acceleration:
      stored.age === undefined
        ? undefined
        : { input: tensor('input', items.length), before: tensor('before', items.length), age: stored.age },
    history: stored.history,
  };
}

/** The options that decide what an iteration does. More iterations or another number of threads are allowed when resuming. */
function decisive({ iterations: _, tolerance: __, threads: ___, onUnknown: ____, storage: _____, clip: ______, ...options }: AlsSettings) {
  return options;
}
