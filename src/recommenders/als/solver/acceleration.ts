import { alignment, extrapolate } from '../../../engine/generated/jobs.ts';
import { type AlsMemory, rowBlock } from './memory.ts';
import type { Route } from './plan.ts';
import type { AlsWorkspace } from './workspace.ts';

/** The state that the acceleration keeps between iterations. */
export interface AccelerationState {
  /** Items that the last iteration began with. */
  input: Float32Array;
  /** Items as the iteration before the last left them. */
  before: Float32Array;
  /** Iterations since it began. */
  age: number;
}

/** Squared length of an item after the power step, on average. From 0.2 to 0.8 it makes no difference on Gowalla. */
const meanSquare = 0.6;
/** Longest step of the acceleration, in steps of the iteration. Chosen on Gowalla and on the shape of Amazon Appliances. */
const longestStep = 1.5;

/** Extrapolates the items between iterations, in the caller's basis. */
export class Acceleration {
  readonly #workspace: AlsWorkspace;
  readonly #remembered: NonNullable<AlsMemory['remembered']>;
  /** Iterations since the last restart. */
  #age = 0;

  constructor(workspace: AlsWorkspace, remembered: NonNullable<AlsMemory['remembered']>) {
    this.#workspace = workspace;
    this.#remembered = remembered;
  }

  /**
   * Begins at Y. Where Y explains nothing yet, as random items near zero, a step of the power method comes first: Y += what the data
   * make of it, scaled to rows of length about 0.8 (Halko, Martinsson & Tropp, SIAM Review 2011). It takes up to half of an iteration
   * and saves one to six.
   * @param step false = no such step
   */
  async begin(step: boolean, { dualMax }: Route): Promise<void> {
    const { memory, shape } = this.#workspace;
    const { X, Y } = memory;
    const start = this.#remembered.input.array;
    start.set(Y.array);
    if (!step || !isTiny(start, shape.width)) return;
    await this.#workspace.power('users', Y, X);
    await this.#workspace.power('items', X, Y);
    X.array.fill(0, 0, this.#workspace.longUsers(dualMax) * shape.width); // where conjugate gradients begin
    const made = Y.array;
    let squares = 0;
    for (let k = 0; k < made.length; k++) squares += made[k] * made[k];
    const scale = squares > 0 ? Math.sqrt((meanSquare * shape.itemCount) / squares) : 0;
    for (let k = 0; k < made.length; k++) start[k] += made[k] * scale;
    made.set(start);
  }

  /**
   * Replaces Y, which an iteration made of its input, by a guess at where the iterations lead: Y + beta (Y - Y of the iteration
   * before). beta grows with the iterations, and is scaled by the cosine between that step and the one the iteration itself just
   * took: where they disagree, the momentum misleads. It restarts where they oppose each other, or where the loss rose.
   * @param trust false = take Y as it is: in the first iteration, or when the loss rose.
   */
  async extrapolate(trust: boolean): Promise<void> {
    const { input, before } = this.#remembered;
    const { Y: g } = this.#workspace.memory;
    const { itemCount, width: f } = this.#workspace.shape;
    const cosine = await this.#cosine();
    this.#age = trust && cosine > 0 ? this.#age + 1 : 0;
    const beta = Math.min(longestStep, this.#age / 4) * cosine;
    await this.#workspace.run(extrapolate, itemCount, { g, before, input, f, beta });
  }

  /** Its state, as copies. */
  get state(): AccelerationState {
    return { input: this.#remembered.input.array.slice(), before: this.#remembered.before.array.slice(), age: this.#age };
  }

  set state({ input, before, age }: AccelerationState) {
    this.#remembered.input.array.set(input);
    this.#remembered.before.array.set(before);
    this.#age = age;
  }

  /** The cosine between the step of the last iteration, and that step with the extrapolation before it. */
  async #cosine(): Promise<number> {
    const { input, before } = this.#remembered;
    const { Y: g, stats } = this.#workspace.memory;
    const { itemCount, width: f } = this.#workspace.shape;
    await this.#workspace.run(alignment, itemCount, { g, input, before, f, stats });
    let inner = 0;
    let ours = 0;
    let last = 0;
    for (let block = 0; block * rowBlock < itemCount; block++) {
      inner += stats.array[4 * block];
      ours += stats.array[4 * block + 1];
      last += stats.array[4 * block + 2];
    }
    return inner > 0 ? inner / Math.sqrt(ours * last) : 0;
  }
}

/** Whether no row is longer than a fifth, so that no score could come near 1. */
function isTiny(rows: Float32Array, width: number): boolean {
  for (let at = 0; at < rows.length; at += width) {
    let square = 0;
    for (let q = at; q < at + width; q++) square += rows[q] * rows[q];
    if (square > 0.04) return false;
  }
  return true;
}
