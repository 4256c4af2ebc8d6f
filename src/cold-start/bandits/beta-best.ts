const cells = 1000;

/**
 * The probability of each of several Beta variables to be the largest, by which Thompson sampling chooses: the integral of f_i times the
 * product of the others' F_j, over 1000 equal cells of the range in which any of them has weight. They add up to 1.
 */
export function betaBest(arms: readonly { a: number; b: number }[]): number[] {
  if (arms.length <= 1) return arms.map(() => 1);
  const spans = arms.map(({ a, b }) => {
    const mean = a / (a + b);
    const spread = 8 * Math.sqrt((mean * (1 - mean)) / (a + b + 1));
    return [Math.max(0, mean - spread), Math.min(1, mean + spread)];
  });
  // What lies below the largest lower end is never the largest.
  const low = Math.max(...spans.map(([from]) => from));
  const high = Math.max(...spans.map(([, to]) => to));
  const known = new Map<string, ReturnType<typeof massesOf>>(); // new arms are all alike
  const masses = arms.map((arm, k) => {
    const key = `${arm.a}/${arm.b}`;
    const found = known.get(key) ?? massesOf(arm, Math.min(low, spans[k][0]), low, high);
    known.set(key, found);
    return found;
  });
  const below = masses.map(({ before }) => before);
  const chances = arms.map(() => 0);
  for (let cell = 0; cell < cells; cell++) {
    const middles = masses.map(({ within }, k) => below[k] + within[cell] / 2);
    const zeros = middles.filter((value) => value === 0).length;
    const product = middles.reduce((all, value) => (value === 0 ? all : all * value), 1);
    for (let k = 0; k < arms.length; k++) {
      const others = middles[k] === 0 ? (zeros > 1 ? 0 : product) : zeros > 0 ? 0 : product / middles[k];
      chances[k] += masses[k].within[cell] * others;
      below[k] += masses[k].within[cell];
    }
  }
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return total > 0 ? chances.map((chance) => chance / total) : arms.map(() => 1 / arms.length);
}

/** Weight of a Beta variable below a range, and in each cell of it, by the density in the middle of cells. */
function massesOf({ a, b }: { a: number; b: number }, start: number, low: number, high: number): { before: number; within: Float64Array } {
  const densities = (from: number, to: number) => {
    const width = (to - from) / cells;
    return Float64Array.from({ length: cells }, (_, k) => {
      const x = from + (k + 0.5) * width;
      return width > 0 ? (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) + Math.log(width) : Number.NEGATIVE_INFINITY;
    });
  };
  const [outside, inside] = [densities(start, low), densities(low, high)];
  let peak = Number.NEGATIVE_INFINITY;
  for (const value of outside) peak = Math.max(peak, value);
  for (const value of inside) peak = Math.max(peak, value);
  const weigh = (values: Float64Array) => values.map((value) => (Number.isFinite(peak) ? Math.exp(value - peak) : 0));
  const [before, within] = [weigh(outside).reduce((sum, value) => sum + value, 0), weigh(inside)];
  const total = before + within.reduce((sum, value) => sum + value, 0) || 1;
  return { before: before / total, within: within.map((value) => value / total) };
}
