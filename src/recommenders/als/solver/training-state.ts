import type { AlsIteration, AlsSettings } from '../options.ts';
import { Acceleration, type AccelerationState } from './acceleration.ts';
import { HalfSteps } from './half-steps.ts';
import type { Routes } from './plan.ts';
import type { AlsProblem } from './problem.ts';
import { randomStart } from './warm-start.ts';
import type { AlsWorkspace, Rows } from './workspace.ts';

/** What training hands over, in the caller's basis and item order. */
export interface AlsFactors {
  /** items x factors. */
  items: Float32Array;
  /** Distinct user rows x factors. */
  rows: Float32Array;
  /** w of each variant of the singles. */
  variantScale: Float32Array;
  history: AlsIteration[];
}

/** A starting point in id order; random where it is missing. */
export interface AlsStart {
  items?: Float32Array;
  users?: Float32Array;
}

/** All that the next iteration depends on, as copies. Rows are in the order of the workspace, so it fits the same data only. */
export interface AlsState {
  /** Items after the last iteration. */
  items: Float32Array;
  /** Leading user rows, from which conjugate gradients go on; times `rotation` they are in the caller's basis. */
  users: Float32Array;
  rotation: Float64Array | undefined;
  acceleration: AccelerationState | undefined;
  history: AlsIteration[];
}

/** Where a fit stands between two iterations: how it begins, what it hands over, what it can go on from. */
export class TrainingState {
  readonly history: AlsIteration[] = [];
  readonly halves: HalfSteps;
  readonly acceleration: Acceleration | undefined;
  readonly #workspace: AlsWorkspace;
  readonly #problem: AlsProblem;
  readonly #settings: AlsSettings;
  readonly #routes: Routes;

  constructor(workspace: AlsWorkspace, problem: AlsProblem, s: AlsSettings, routes: Routes) {
    const { remembered } = workspace.memory;
    this.halves = new HalfSteps(workspace, s, routes);
    this.acceleration = remembered && new Acceleration(workspace, remembered);
    this.#workspace = workspace;
    this.#problem = problem;
    this.#settings = s;
    this.#routes = routes;
  }

  /** Places the start, or goes on from a state. */
  async begin(start: AlsStart, state: AlsState | undefined): Promise<void> {
    const { memory, shape } = this.#workspace;
    const s = this.#settings;
    if (state) {
      this.history.push(...state.history);
      this.#restore(state);
      this.halves.rotation = state.rotation;
      if (this.acceleration && state.acceleration) this.acceleration.state = state.acceleration;
      return;
    }
    placeItems(memory.Y.array, this.#problem.itemOrder, start.items ?? randomStart(shape.itemCount, s), s.factors, shape.width);
    if (start.users) placeUsers(memory.X.array, this.#problem, start.users, s.factors, shape.width);
    await this.acceleration?.begin(s.feedback === 'implicit' && !start.users, this.#routes.route);
  }

  /** What a later fit can go on from. */
  copy(): AlsState {
    const { memory, shape } = this.#workspace;
    const long = this.#workspace.longUsers(this.#routes.route.dualMax) * shape.width;
    return {
      items: memory.Y.array.slice(),
      users: memory.X.array.slice(0, long),
      rotation: this.halves.rotation,
      acceleration: this.acceleration?.state,
      history: [...this.history],
    };
  }

  /** The factors as they are now; taking them does not disturb training. */
  async factors(): Promise<AlsFactors> {
    const state = this.copy();
    const result = await this.finish();
    this.#restore(state);
    return result;
  }

  /** The factors. Users are solved exactly once more, so that a stored user is what the fold-in of the same history gives. */
  async finish(): Promise<AlsFactors> {
    const { memory, shape } = this.#workspace;
    const { finalRoute } = this.#routes;
    const f = this.#settings.factors;
    const { Q } = await this.halves.users(finalRoute);
    await this.halves.turnBack(Q, finalRoute);
    return {
      items: gathered(memory.Y, this.#problem.itemRank, f, shape.width),
      rows: gathered(memory.X, undefined, f, shape.width),
      variantScale: memory.singles.w.array.slice(),
      history: [...this.history],
    };
  }

  #restore({ items, users }: AlsState): void {
    this.#workspace.memory.Y.array.set(items);
    this.#workspace.memory.X.array.set(users);
  }
}

function placeItems(to: Float32Array, order: Int32Array, from: Float32Array, f: number, width: number): void {
  order.forEach((id, row) => {
    to.set(from.subarray(id * f, (id + 1) * f), row * width);
  });
}

function placeUsers(to: Float32Array, { userRow, rowLambda }: AlsProblem, from: Float32Array, f: number, width: number): void {
  for (let user = userRow.length - 1; user >= 0; user--) {
    const row = userRow[user];
    if (row >= 0 && row < rowLambda.length) to.set(from.subarray(user * f, (user + 1) * f), row * width);
  }
}

/** Rows without their padding; row k of the result is row `from[k]`. */
function gathered({ array }: Rows, from: Int32Array | undefined, f: number, width: number): Float32Array {
  if (f === width && !from) return array.slice();
  const count = array.length / width;
  const result = new Float32Array(count * f);
  for (let k = 0; k < count; k++) {
    const at = (from ? from[k] : k) * width;
    result.set(array.subarray(at, at + f), k * f);
  }
  return result;
}
