/** What a filter does to an eigenvalue of A = NᵀN, from 0 (noise) to 1 (what everybody has in common). */
export type TransferFunction = (eigenvalue: number) => number;

/** A filter h(A), taken apart into what is done to the leading eigenvectors V of A and a polynomial: h(A) = V gains Vᵀ + constant + A r(A). */
export interface SplitFilter {
  /** One per leading eigenvector. */
  gains: Float32Array;
  /** h(0). */
  constant: number;
  /** r as a sum of Chebyshev polynomials of `ratio` A - 1. */
  series: Float32Array;
  ratio: number;
  /** What bounds the weight of an item to itself: h(A) - h(0) <= V selfGains Vᵀ + slope A, and equal to it on the leading eigenvectors. */
  selfGains: Float32Array;
  slope: number;
}

/**
 * The polynomial of ChebyCF (Kim et al. 2025, "Graph Spectral Filtering with Chebyshev Interpolation for Recommendation"): Chebyshev
 * interpolation of a step at 1/2 that is flat where both of its ends are, and as steep in the middle as `flatness` is small, in the
 * eigenvalue 1 - 2a of the Laplacian. As in the code of its authors, targets at the extrema of T_degree stand at the roots of T_(degree + 1).
 */
export function chebyshevTransfer(degree: number, flatness: number): TransferFunction {
  const count = degree + 1;
  const coefficients = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    const x = Math.cos((Math.PI * (degree - j)) / degree);
    const target = 0.5 - 0.5 * Math.sign(x) * Math.abs(x) ** flatness;
    const angle = (Math.PI * (count - j - 0.5)) / count;
    for (let k = 0; k < count; k++) coefficients[k] += (2 / count) * target * Math.cos(k * angle);
  }
  coefficients[0] /= 2;
  return (eigenvalue) => clenshaw(coefficients, 1 - 2 * eigenvalue);
}

/**
 * Takes a filter apart. The polynomial has to be right only from 0 to the smallest of the leading eigenvalues, where two or three terms are
 * as good as the whole filter is on all of the spectrum; and each term less is a product with the graph less per list.
 *
 * @param filter a polynomial of degree `degree`
 * @param eigenvalues the leading ones, falling; none: the polynomial is the filter
 * @param boost added to what the filter does to the leading eigenvectors
 */
export function splitFilter(filter: TransferFunction, degree: number, eigenvalues: Float32Array, boost: number): SplitFilter {
  const constant = filter(0);
  const end = eigenvalues.at(-1) ?? 1;
  let series = seriesOf(filter, end, degree);
  for (let terms = 1; terms < degree; terms++) {
    const shorter = seriesOf(filter, end, terms);
    if (worstDeviation(filter, shorter, end) > tolerance) continue;
    series = shorter;
    break;
  }
  const rest = polynomial(constant, series, end);
  const slope = steepest(filter, end);
  return {
    gains: Float32Array.from(eigenvalues, (a) => filter(a) - rest(a) + boost),
    constant,
    series: Float32Array.from(series),
    ratio: 2 / end,
    selfGains: Float32Array.from(eigenvalues, (a) => filter(a) - constant - slope * a + boost),
    slope,
  };
}

/** What the polynomial may be off by; the filter goes from 0 to 1. */
const tolerance = 2e-3;

/** The first Chebyshev coefficients of (filter(a) - filter(0)) / a on [0, end]. */
function seriesOf(filter: TransferFunction, end: number, terms: number): Float64Array {
  const nodes = terms + 1;
  const series = new Float64Array(terms);
  for (let j = 0; j < nodes; j++) {
    const angle = (Math.PI * (j + 0.5)) / nodes;
    const a = (end / 2) * (1 + Math.cos(angle));
    const value = (filter(a) - filter(0)) / a;
    for (let k = 0; k < terms; k++) series[k] += ((k === 0 ? 1 : 2) / nodes) * value * Math.cos(k * angle);
  }
  return series;
}

const polynomial = (constant: number, series: Float64Array, end: number) => (a: number) =>
  constant + a * clenshaw(series, (2 * a) / end - 1);

function worstDeviation(filter: TransferFunction, series: Float64Array, end: number): number {
  const rest = polynomial(filter(0), series, end);
  let worst = 0;
  for (let k = 1; k <= 200; k++) worst = Math.max(worst, Math.abs(filter((end * k) / 200) - rest((end * k) / 200)));
  return worst;
}

/** The largest (filter(a) - filter(0)) / a on (0, end]. */
function steepest(filter: TransferFunction, end: number): number {
  let slope = -Infinity;
  for (let k = 1; k <= 200; k++) slope = Math.max(slope, (filter((end * k) / 200) - filter(0)) / ((end * k) / 200));
  return slope;
}

/** Sum of coefficients[k] T_k(x) (Clenshaw 1955). */
function clenshaw(coefficients: Float64Array, x: number): number {
  let b1 = 0;
  let b2 = 0;
  for (let k = coefficients.length - 1; k > 0; k--) [b1, b2] = [coefficients[k] + 2 * x * b1 - b2, b1];
  return coefficients[0] + x * b1 - b2;
}
