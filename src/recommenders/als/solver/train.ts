import type { FitOptions } from '../../../contracts/recommender.ts';
import { AttuneError } from '../../../errors.ts';
import { yieldNow } from '../../../work/yield-now.ts';
import type { AlsIteration, AlsSettings } from '../options.ts';
import { type Route, routes } from './plan.ts';
import type { AlsProblem } from './problem.ts';
import { randomStart } from './warm-start.ts';
import { type Acceleration, AlsWorkspace, type Rows } from './workspace.ts';

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

/** All that the next iteration depends on, as copies. Rows are as they lie in the workspace, so it fits the same data only. */
export interface AlsState {
  /** Items after the last iteration. */
  items: Float32Array;
  /** Leading user rows, from which conjugate gradients go on; times `turn` they are in the caller's basis. */
  users: Float32Array;
  turn: Float64Array | undefined;
  acceleration: Acceleration | undefined;
  history: AlsIteration[];
}

/** An iteration that is done. */
export interface AlsStep {
  /** The training record so far; the last entry is of this iteration. */
  history: AlsIteration[];
  /** Whether training ends after it anyway. */
  final: boolean;
  /** What training would hand over if it ended here. Costs a pass over the users, and a copy of the items meanwhile. */
  factors(): Promise<AlsFactors>;
  state(): AlsState;
}

/** Options of {@link trainAls}. */
export interface TrainOptions extends FitOptions {
  /** Goes on from here, bit for bit as if it had never stopped. */
  state?: AlsState;
  /** Called after each iteration; training ends with the factors it gives, and goes on when it gives none. */
  afterIteration?: (step: AlsStep) => Promise<AlsFactors | undefined>;
}

/**
 * Alternating least squares in the eigenbasis of the Gram matrix. Turning both sides by a common Q changes no score and no
 * loss; after turning the source by the eigenvectors of its Gram matrix, (Y^T Y + l I) is diagonal for every l. After each
 * iteration the items are turned back, so factors equal those of textbook ALS number by number.
 */
export async function trainAls(
  problem: AlsProblem,
  s: AlsSettings,
  start: AlsStart,
  options: TrainOptions,
  plain = false,
): Promise<AlsFactors> {
  const f = s.factors;
  const { route, finalRoute } = routes(s);
  const w = new AlsWorkspace(problem, s, finalRoute.dualMax, route, options.signal, plain);
  const { X, Y, V, itemCount, manyCount, singleCount, small } = w;
  const userRows = manyCount + singleCount;
  const implicit = s.feedback === 'implicit';
  try {
    placeItems(Y.array, problem.itemOrder, start.items ?? randomStart(itemCount, s), f, w.width);

    /** What the long rows of X still have to be multiplied by to be in the caller's basis; the next iteration does it with its own turn. */
    let turn: Float64Array | undefined;

    /** Users from items, in the eigenbasis Q of the items' Gram matrix. Those that are iterated go on from where they were. */
    const solveUsers = async (how: Route) => {
      if (!implicit) return { penalty: await w.solveUsers(how), Q: identity(f) };
      const { values, vectors: Q } = small.eigen(await w.gram(Y, itemCount));
      w.setDiagonal(values);
      await w.multiply(Y, itemCount, Q);
      if (how.steps > 0) await w.multiply(X, w.longUsers(how.dualMax), turn ? small.product(turn, Q) : Q);
      return { penalty: await w.solveUsers(how), Q };
    };
    /** X, which was just solved from Y, times Q. */
    const turnUsers = async (Q: Float64Array, how: Route) => {
      if (!V) return w.multiply(X, userRows, Q);
      const inverse = w.inverseDiagonal(s.regularization);
      await w.multiply(Y, itemCount, scaleRows(Q, inverse, f), V);
      const long = w.longUsers(how.dualMax);
      await w.multiply(X, long, Q);
      await w.combine(long);
    };
    /** Items from users, in the eigenbasis of the users' Gram matrix; then back in the caller's basis, from which Q has led. */
    const solveItems = async (Q: Float64Array) => {
      if (!implicit) return w.solveItems(route);
      const { values, vectors } = small.eigen(await w.gram(X, userRows, w.weights));
      await turnUsers(vectors, route);
      w.setDiagonal(values);
      if (route.steps > 0) await w.multiply(Y, w.longItems(route.dualMax), vectors);
      const gain = await w.solveItems(route);
      turn = transposed(small.product(Q, vectors), f);
      await w.multiply(Y, itemCount, turn);
      return gain;
    };

    const long = w.longUsers(route.dualMax) * w.width;
    const stateOf = (): AlsState => {
      return { items: Y.array.slice(), users: X.array.slice(0, long), turn, acceleration: w.acceleration, history: [...history] };
    };
    const restore = ({ items, users }: AlsState) => {
      Y.array.set(items);
      X.array.set(users);
    };
    const finish = async (): Promise<AlsFactors> => {
      const { Q } = await solveUsers(finalRoute); // exactly, so that a stored user is what the fold-in of the same history gives
      if (implicit) {
        await turnUsers(transposed(Q, f), finalRoute);
        await w.multiply(Y, itemCount, transposed(Q, f));
      }
      return {
        items: gathered(Y, problem.itemRank, f, w.width),
        rows: gathered(X, undefined, f, w.width),
        variantScale: w.singleW.array.slice(),
        history: [...history],
      };
    };
    /** The factors as they are now; training can go on afterwards as if nobody had asked. */
    const factors = async () => {
      const state = stateOf();
      const result = await finish();
      restore(state);
      return result;
    };

    const history: AlsIteration[] = [...(options.state?.history ?? [])];
    const began = performance.now() - 1000 * (history.at(-1)?.seconds || 0);
    if (options.state) {
      restore(options.state);
      w.acceleration = options.state.acceleration;
      turn = options.state.turn;
    } else {
      if (start.users) placeUsers(X.array, problem, start.users, f, w.width);
      await w.begin(implicit && !start.users, route);
    }
    for (let iteration = history.length + 1; iteration <= s.iterations; iteration++) {
      await yieldNow();
      options.onProgress?.({ phase: 'training', done: iteration - 1, total: s.iterations, loss: history.at(-1)?.loss });
      if (iteration > 1) await w.accelerate(iteration > 2 && history[iteration - 2].loss <= history[iteration - 3].loss);
      const { penalty, Q } = await solveUsers(route);
      const loss = problem.constant - (await solveItems(Q)) + penalty;
      if (!Number.isFinite(loss)) {
        throw new AttuneError('ERR_NUMERIC', 'The loss is no longer finite. Raise regularization, or scale the values down.');
      }
      const last = history.at(-1)?.loss ?? Number.POSITIVE_INFINITY;
      history.push({ iteration, loss, seconds: (performance.now() - began) / 1000 });
      const converged = Number.isFinite(last) && s.tolerance > 0 && last - loss < s.tolerance * Math.abs(last);
      const final = converged || iteration === s.iterations;
      const ended = await options.afterIteration?.({ history, final, factors, state: stateOf });
      if (ended) return ended;
      if (converged) break;
    }
    options.onProgress?.({ phase: 'training', done: history.length, total: history.length, loss: history.at(-1)?.loss });
    return await finish();
  } finally {
    w.close();
  }
}

function identity(f: number): Float64Array {
  return Float64Array.from({ length: f * f }, (_, k) => Number(k % (f + 1) === 0));
}

function transposed(a: Float64Array, f: number): Float64Array {
  const result = new Float64Array(f * f);
  for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) result[j * f + i] = a[i * f + j];
  return result;
}

/** diag(factors) times a. */
function scaleRows(a: Float64Array, factors: Float64Array, f: number): Float64Array {
  const result = new Float64Array(f * f);
  for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) result[i * f + j] = a[i * f + j] * factors[i];
  return result;
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
