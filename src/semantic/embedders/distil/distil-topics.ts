import { randomNumbers, shuffle } from '../../../numeric/random.ts';
import type { Progress } from '../../../options.ts';
import { reportAndYield } from '../../../work/report-and-yield.ts';
import { sharpness, type Topics, topicChances } from '../static/topics.ts';

/** How the topics of a table are fitted. */
export interface TopicSettings {
  share: number;
  seed: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

// Chosen on sentences for choosing of `npm run bench -- search --only sentences`; twice or half of each changed nothing beyond chance.
const epochs = 12;
const batchSize = 256;
const learningRate = 0.01;
const decay = 2e-4;

/**
 * Fits which of some topics a text is about by its vector: multinomial logistic regression, Adam on shuffled batches, a rate that falls to 0.
 *
 * @param vectors one row per text, of length 1.
 * @param labels the number of each text's topic, `names.length` for none.
 */
export async function fitTopics(
  vectors: Float32Array,
  dimensions: number,
  labels: Int32Array,
  names: readonly string[],
  { share, seed, signal, onProgress }: TopicSettings,
): Promise<Topics> {
  const classes = names.length + 1;
  const adam = new Adam(classes * dimensions);
  const chances = new Float64Array(classes);
  const order = Int32Array.from(labels.keys());
  const random = randomNumbers(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (let start = 0; start < order.length; start += batchSize) {
      if (start % (8 * batchSize) === 0)
        await reportAndYield('topics', epoch * order.length + start, epochs * order.length, { signal, onProgress });
      const batch = order.subarray(start, start + batchSize);
      for (const text of batch) {
        topicChances(adam.weights, dimensions, vectors, text * dimensions, chances);
        chances[labels[text]] -= 1;
        addGradient(adam.gradient, chances, vectors.subarray(text * dimensions, (text + 1) * dimensions), sharpness / batch.length);
      }
      adam.step(learningRate * (1 - epoch / epochs), decay);
    }
  }
  return { names, weights: adam.weights, share };
}

function addGradient(gradient: Float32Array, errors: Float64Array, vector: Float32Array, scale: number): void {
  const { length } = vector;
  for (let k = 0; k < errors.length; k++) {
    const error = scale * errors[k];
    if (Math.abs(error) < 1e-7) continue;
    for (let d = 0; d < length; d++) gradient[k * length + d] += error * vector[d];
  }
}

class Adam {
  readonly weights: Float32Array;
  readonly gradient: Float32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  #powers = [1, 1];

  constructor(size: number) {
    this.weights = new Float32Array(size);
    this.gradient = new Float32Array(size);
    this.#first = new Float32Array(size);
    this.#second = new Float32Array(size);
  }

  /** Takes a step and clears the gradient. */
  step(rate: number, decay: number): void {
    this.#powers = [this.#powers[0] * 0.9, this.#powers[1] * 0.99];
    const [one, two] = this.#powers.map((power) => 1 - power);
    for (let i = 0; i < this.weights.length; i++) {
      const g = this.gradient[i] + decay * this.weights[i];
      this.#first[i] += 0.1 * (g - this.#first[i]);
      this.#second[i] += 0.01 * (g * g - this.#second[i]);
      this.weights[i] -= (rate * (this.#first[i] / one)) / (Math.sqrt(this.#second[i] / two) + 1e-8);
    }
    this.gradient.fill(0);
  }
}
