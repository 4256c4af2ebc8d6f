import { describe, expect, it } from 'vitest';
import { type Block, Engine } from '../../../src/engine/engine.ts';
import { distilKernels } from '../../../src/engine/generated/families/distil.ts';
import { neighbourhoods, textGradients, tokenMeans, tokenUpdates } from '../../../src/engine/generated/jobs.ts';
import { uniform } from '../../../src/numeric/random.ts';

describe('the kernels that fit token vectors', () => {
  it.each([
    { n: 12, f: 8, mutual: true },
    { n: 10, f: 24, mutual: true },
    { n: 10, f: 40, mutual: false },
    { n: 1, f: 8, mutual: true },
  ])('give what their plain twins give, $n texts of $f numbers, mutual $mutual', async ({ n, f, mutual }) => {
    const [fast, plain] = [await oneStep(n, f, mutual, false), await oneStep(n, f, mutual, true)];
    for (const name of Object.keys(plain)) {
      const largest = Math.max(...plain[name].map((x, k) => Math.abs(x - fast[name][k])));
      expect(largest, name).toBeLessThan(1e-5 * Math.max(1, ...plain[name].map(Math.abs)));
    }
  });

  it('point where the loss falls: the gradient equals finite differences', async () => {
    const { g } = await oneStep(6, 8, true, true);
    const step = 1e-3;
    for (const k of [0, 13, 31, 47]) {
      const up = lossOf(6, 8, k, step);
      const down = lossOf(6, 8, k, -step);
      expect(g[k]).toBeCloseTo((up - down) / (2 * step), 3);
    }
  });
});

const vocabulary = 9;
const sharpness = 4;

/** Tokens of n texts of 1 to 4 tokens, some repeated. */
const tokensOf = (n: number) =>
  Array.from({ length: n }, (_, r) => Array.from({ length: 1 + (r % 4) }, (_, t) => (r * r + 3 * t * (r % 2)) % vocabulary));

/** Everything one step over a batch makes. */
async function oneStep(n: number, f: number, mutual: boolean, plain: boolean): Promise<Record<string, number[]>> {
  const width = 4 * Math.ceil(n / 4);
  const engine = new Engine(1 << 18, { families: [distilKernels], threads: 1, scratchBytes: 4 * Math.max(4 * width, f), plain });
  const texts = tokensOf(n);
  const ints = (numbers: number[]) => engine.i32(Int32Array.from(numbers));
  const filled = (seed: number, count: number, room = count): Block<Float32Array> => {
    const block = engine.f32(room);
    block.array.set(uniform(seed, count, 1));
    return block;
  };
  const e = filled(1, vocabulary * f);
  const y = filled(2, n * f, width * f);
  for (let r = 0; r < n; r++) scaleToOne(y.array.subarray(r * f, (r + 1) * f));
  const [h, g, inverse, differences] = [engine.f32(width * f), engine.f32(width * f), engine.f32(width), engine.f32(width * width)];
  const starts = ints(startsOf(texts));
  await engine.run(tokenMeans, { rows: n, blockSize: 3 }, { e, f, starts, tokens: ints(texts.flat()), h, inverse });
  const b = mutual ? h : y;
  const cut = { rows: width, blockSize: 4 };
  await engine.run(neighbourhoods, cut, { h, b, y, f, n, width, sharpness, differences });
  await engine.run(textGradients, cut, { h, y, b, inverse, f, width, weight: 0.7, mutual: Number(mutual), differences, g });
  const gradients = Array.from(g.array);
  const touched = [...new Set(texts.flat())];
  const places = touched.map((token) => texts.flatMap((text, r) => (text.includes(token) ? [r] : [])));
  const tokenStarts = ints(startsOf(places));
  const shares = engine.f32(places.flat().length);
  shares.array.set(places.flatMap((rows, k) => rows.map((r) => texts[r].filter((token) => token === touched[k]).length / texts[r].length)));
  const [first, second, powers] = [engine.f32(vocabulary * f), engine.f32(vocabulary), engine.f32(2 * vocabulary)];
  powers.array.fill(1);
  const where = { touched: ints(touched), starts: tokenStarts, texts: ints(places.flat()), shares };
  const args = { ...where, g, e, first, second, powers, f, rate: 0.01 };
  for (let k = 0; k < 2; k++) await engine.run(tokenUpdates, { rows: touched.length, blockSize: 2 }, args);
  const all = { h, inverse, differences, first, second, e };
  const result = Object.fromEntries(Object.entries(all).map(([name, { array }]) => [name, Array.from(array)]));
  return { ...result, g: gradients };
}

/** 1 - h . y + 0.7 KL of the whole batch, when number k of the means is moved. */
function lossOf(n: number, f: number, k: number, by: number): number {
  const e = uniform(1, vocabulary * f, 1);
  const y = rowsOf(uniform(2, n * f, 1), f);
  for (const row of y) scaleToOne(row);
  const means = tokensOf(n).map((text) =>
    Float64Array.from({ length: f }, (_, d) => text.reduce((sum, token) => sum + e[token * f + d], 0) / text.length),
  );
  means[Math.floor(k / f)][k % f] += by;
  for (const row of means) scaleToOne(row);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, d) => sum + x * b[d], 0);
  const shares = (rows: ArrayLike<number>[], i: number) => {
    const parts = rows.map((row, j) => (j === i ? 0 : Math.exp(sharpness * dot(rows[i], row))));
    const sum = parts.reduce((total, part) => total + part, 0);
    return parts.map((part) => part / sum);
  };
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const [ours, theirs] = [shares(means, i), shares(y, i)];
    loss -= dot(means[i], y[i]);
    // The gradient leaves out the factor of the temperature, which belongs to the weight.
    for (let j = 0; j < n; j++) if (j !== i) loss += (0.7 / sharpness) * theirs[j] * Math.log(theirs[j] / ours[j]);
  }
  return loss;
}

/** Where each list begins when all stand one behind the other, and the end. */
function startsOf(lists: unknown[][]): number[] {
  const starts = [0];
  for (const list of lists) starts.push((starts.at(-1) as number) + list.length);
  return starts;
}

function rowsOf(numbers: Float32Array, f: number): Float32Array[] {
  return Array.from({ length: numbers.length / f }, (_, r) => numbers.slice(r * f, (r + 1) * f));
}

function scaleToOne(row: Float32Array | Float64Array): void {
  const length = Math.hypot(...row);
  for (let d = 0; d < row.length; d++) row[d] /= length;
}
