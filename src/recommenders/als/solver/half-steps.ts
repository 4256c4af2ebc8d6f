import type { AlsSettings } from '../options.ts';
import type { Route, Routes } from './plan.ts';
import type { AlsWorkspace } from './workspace.ts';

/**
 * The two halves of an iteration. For implicit feedback each is done in the eigenbasis of the Gram matrix of its source: rotating both
 * sides by a common Q changes no score and no loss, and then (Y^T Y + l I) is diagonal for every l.
 */
export class HalfSteps {
  /** What the long rows of X still have to be multiplied by to be in the caller's basis; the next iteration combines it with its own rotation. */
  rotation: Float64Array | undefined;
  readonly #workspace: AlsWorkspace;
  readonly #settings: AlsSettings;
  readonly #route: Route;
  readonly #implicit: boolean;

  constructor(workspace: AlsWorkspace, s: AlsSettings, { route }: Routes) {
    this.#workspace = workspace;
    this.#settings = s;
    this.#route = route;
    this.#implicit = s.feedback === 'implicit';
  }

  /** Users from items. Those that are iterated go on from where they were. @returns their penalty, and Q, the eigenbasis of the items */
  async users(how: Route): Promise<{ penalty: number; Q: Float64Array }> {
    const w = this.#workspace;
    const { X, Y } = w.memory;
    if (!this.#implicit) return { penalty: await w.solveUsers(how), Q: identity(this.#settings.factors) };
    const { values, vectors: Q } = w.small.eigen(await w.gram(Y, w.shape.itemCount));
    w.setDiagonal(values);
    await w.multiply(Y, w.shape.itemCount, Q);
    if (how.steps > 0) await w.multiply(X, w.longUsers(how.dualMax), this.rotation ? w.product(this.rotation, Q) : Q);
    return { penalty: await w.solveUsers(how), Q };
  }

  /** Items from users; then back in the caller's basis, from which Q has led. @returns by how much the loss is below that of zero factors */
  async items(Q: Float64Array): Promise<number> {
    const w = this.#workspace;
    const { X, Y, weights } = w.memory;
    const route = this.#route;
    if (!this.#implicit) return w.solveItems(route);
    const { values, vectors } = w.small.eigen(await w.gram(X, w.shape.userCount, weights));
    await this.#turnUsers(vectors, route);
    w.setDiagonal(values);
    if (route.steps > 0) await w.multiply(Y, w.longItems(route.dualMax), vectors);
    const gain = await w.solveItems(route);
    this.rotation = transposed(w.product(Q, vectors), this.#settings.factors);
    await w.multiply(Y, w.shape.itemCount, this.rotation);
    return gain;
  }

  /** Both sides, of which the users were just solved, back in the caller's basis. */
  async turnBack(Q: Float64Array, how: Route): Promise<void> {
    if (!this.#implicit) return;
    const back = transposed(Q, this.#settings.factors);
    const w = this.#workspace;
    await this.#turnUsers(back, how);
    await w.multiply(w.memory.Y, w.shape.itemCount, back);
  }

  /** X, which was just solved from Y, times Q. */
  async #turnUsers(Q: Float64Array, how: Route): Promise<void> {
    const w = this.#workspace;
    const { X, Y, V } = w.memory;
    if (!V) {
      await w.multiply(X, w.shape.userCount, Q);
      return;
    }
    const { factors, regularization } = this.#settings;
    await w.multiply(Y, w.shape.itemCount, scaledRows(Q, w.inverseDiagonal(regularization), factors), V);
    const long = w.longUsers(how.dualMax);
    await w.multiply(X, long, Q);
    await w.combine(long);
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
function scaledRows(a: Float64Array, factors: Float64Array, f: number): Float64Array {
  const result = new Float64Array(f * f);
  for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) result[i * f + j] = a[i * f + j] * factors[i];
  return result;
}
