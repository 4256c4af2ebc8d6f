import { Engine } from '../../engine/engine.ts';
import { trainingKernels } from '../../engine/generated/families/training.ts';
import { type Blocks, f32, layout } from '../../engine/memory/layout.ts';
import { DenseParameters, denseLayoutOf } from '../../engine/training/dense-parameters.ts';
import { denseSizes, networkLayout, networkScratch, SasRecNetwork } from './network.ts';
import type { SasRecSettings } from './options.ts';
import type { SasRecState } from './train.ts';

/** Turns histories into vectors, one at a time on this thread: the network of training without dropout. */
export class SasRecEncoder {
  readonly #state: SasRecState;
  readonly #settings: SasRecSettings;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #network: SasRecNetwork;

  constructor(state: SasRecState, settings: SasRecSettings) {
    const plan = memoryOf(state, settings);
    const engine = new Engine(plan, {
      families: [trainingKernels],
      threads: 1,
      scratchBytes: 4 * networkScratch(settings, settings.maxLength),
      lazy: true,
    });
    this.#state = state;
    this.#settings = settings;
    this.#memory = engine.place(plan);
    const dense = new DenseParameters(engine, this.#memory.dense, denseSizes(settings));
    this.#network = new SasRecNetwork(engine, this.#memory.network, dense, settings);
  }

  /** The vector of a history, oldest item first; of a long one its end counts. */
  vectorOf(history: Int32Array): Float32Array {
    const { factors: d, maxLength } = this.#settings;
    const { items, positions } = this.#state;
    const read = history.subarray(Math.max(0, history.length - maxLength));
    const rows = read.length;
    const { starts, squares } = this.#network.sequences;
    const x = this.#network.input.array;
    const root = Math.fround(Math.sqrt(d));
    for (let row = 0; row < rows; row++) {
      const place = maxLength - rows + row;
      for (let k = 0; k < d; k++) x[row * d + k] = root * items[read[row] * d + k] + positions[place * d + k];
    }
    starts.array[1] = rows;
    squares.array[0] = 0;
    for (const each of this.#network.forward({ rows, sequences: 1, seed: undefined }, this.#memory.out)) each.runHere();
    return this.#memory.out.array.slice((rows - 1) * d, rows * d);
  }
}

function memoryOf({ dense }: SasRecState, settings: SasRecSettings) {
  const { maxLength, factors } = settings;
  return layout({
    dense: denseLayoutOf(dense),
    network: networkLayout(settings, maxLength, 1, maxLength * maxLength, false),
    out: f32(maxLength * factors),
  });
}
