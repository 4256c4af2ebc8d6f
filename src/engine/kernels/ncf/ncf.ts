import { axpy, dot, sum4 } from '../dense/vector';
import { activationBackward, activationForward, linearBackward, linearForward } from '../training/layers';
import { below, bitsAt, holds } from '../training/numbers';
import { F32s, F64s, I32s, Optional } from '../types';
import { notDrawn, pullsOfLabels, pullsOfSoftmax, pullsOfValues } from './losses';

// Neural collaborative filtering where a user is the pooled history. `shape` holds, as integers: 0 items, 1 negatives, 2 width of GMF, 3 width
// of the MLP's embeddings, 4 whether the halves learn apart, 5 what is learned (0 labels, 1 values, 2 a softmax), 6 number of layers, 7... their widths. Dense numbers
// stand in the order first layer (user rows, then item rows), its biases, next layer, ..., weights of the last hidden units, weights of GMF, each
// padded to 16. A row of the history side is GMF, MLP; of the item side the same, then the bias in the first of 8 numbers.

// @ts-ignore: decorator of AssemblyScript
@inline
function at(shape: usize, k: i32): i32 {
  return load<i32>(shape + ((<usize>k) << 2));
}

/** Bytes of some dense numbers with what pads them. */
// @ts-ignore: decorator of AssemblyScript
@inline
function room(size: i32): usize {
  return <usize>((size + 15) & ~15) << 2;
}

/** The sum of a x b x c. */
// @ts-ignore: decorator of AssemblyScript
@inline
function dot3(a: usize, b: usize, c: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sum = f32x4.add(sum, f32x4.mul(f32x4.mul(v128.load(a + i), v128.load(b + i)), v128.load(c + i)));
  return sum4(sum);
}

/** p = scale x the sum of weight x row over `count` rows of a table. @param weights or 0: all are 1 @returns the sum of weights */
function pool(count: i32, rows: usize, weights: usize, scale: f32, table: usize, width: i32, p: usize): f32 {
  const s: usize = (<usize>width) << 2;
  memory.fill(p, 0, s);
  let sum: f32 = 0;
  for (let k: usize = 0, end = (<usize>count) << 2; k < end; k += 4) {
    const weight = weights ? load<f32>(weights + k) : 1;
    sum += weight;
    axpy(scale * weight, table + <usize>load<i32>(rows + k) * s, p, width);
  }
  return sum;
}

/** Block job: rows lo..hi of `profiles` become the pooled histories: sum of value x row / sqrt(their number). */
export function ncfProfiles(
  lo: i32, hi: i32, block: i32, scratch: usize, offsets: I32s, indices: I32s, values: Optional<F32s>, table: F32s, width: i32, profiles: F32s,
): void {
  for (let user = lo; user < hi; user++) {
    const first = load<i32>(offsets + ((<usize>user) << 2)),
      last = load<i32>(offsets + ((<usize>user) << 2), 4);
    const scale = <f32>1 / sqrt<f32>(<f32>max(1, last - first)),
      from = (<usize>first) << 2;
    pool(last - first, indices + from, values ? values + from : 0, scale, table, width, profiles + ((<usize>user * <usize>width) << 2));
  }
}

/**
 * Block job: forward and backward over chunks lo..hi. A chunk is a user with some entries of theirs, `picks` from chunkStarts[c] on, which are the
 * targets and left out of the history, as is a share `dropout` of the rest, at random; each target comes with `negatives` drawn items. Writes for
 * chunk c: the gradient of the pooled history (dprofiles) and links of the history to it from linkStarts[c] on; for each candidate its item
 * (candidates) and the gradient of its row (ditems). Gradients of dense numbers are added to the block's own, `stride` numbers
 * apart.
 */
export function ncfStep(
  lo: i32, hi: i32, block: i32, scratch: usize,
  shape: I32s, users: I32s, chunkStarts: I32s, picks: I32s, offsets: I32s, indices: I32s, values: Optional<F32s>, seed: u32, dropout: f32,
  history: F32s, items: F32s, dense: F32s, gradients: F32s, stride: i32, offset: f32, weight: f32,
  dprofiles: F32s, candidates: I32s, ditems: F32s, linkStarts: I32s, linkRows: I32s, linkWeights: F32s, stats: F64s,
): void {
  const negatives = at(shape, 1),
    g = at(shape, 2),
    e = at(shape, 3),
    explicit = at(shape, 5) == 1,
    width = g + e;
  const s: usize = (<usize>width) << 2,
    itemRow: usize = s + 32;
  const own: usize = (<usize>block * <usize>stride) << 2;
  const dropped = <u32>(<f64>dropout * 4294967295);
  let loss: f64 = 0;
  for (let chunk = lo; chunk < hi; chunk++) {
    const place = (<usize>chunk) << 2;
    const user = load<i32>(users + place);
    const start = load<i32>(chunkStarts + place),
      size = load<i32>(chunkStarts + place, 4) - start;
    const first = load<i32>(offsets + ((<usize>user) << 2)),
      last = load<i32>(offsets + ((<usize>user) << 2), 4);
    const targets = picks + ((<usize>start) << 2);
    const p = scratch,
      dp = dprofiles + <usize>chunk * s;
    const link = (<usize>load<i32>(linkStarts + place)) << 2,
      rows = linkRows + link,
      weights = linkWeights + link;
    const known = linkHistory(first, last, targets, size, indices, values, bitsAt(~seed, chunk), dropped, rows, weights);
    const scale = <f32>1 / sqrt<f32>(<f32>max(1, known));
    const sum = pool(known, rows, weights, scale, history, width, p);
    for (let k = 0; k < known; k++) store<f32>(weights + ((<usize>k) << 2), scale * load<f32>(weights + ((<usize>k) << 2)));
    const each = 1 + negatives,
      count = size * each;
    const names = candidates + ((<usize>(start * each)) << 2);
    for (let k = 0; k < count; k++) {
      let item = -1;
      if (k % each == 0) item = load<i32>(indices + ((<usize>load<i32>(targets + ((<usize>(k / each)) << 2))) << 2));
      else {
        for (let attempt = 0; attempt < 50 && item < 0; attempt++) {
          const drawn = below(bitsAt(seed + attempt, start * each + k), at(shape, 0));
          if (!holds(indices, first, last, drawn)) item = drawn;
        }
      }
      store<i32>(names + ((<usize>k) << 2), item);
    }
    const baseline = explicit ? sum / (<f32>known + 10) : 0;
    loss += passes(shape, count, each, names, targets, values, baseline, offset, weight, p, items, dense, gradients + own, dp,
      ditems + <usize>(start * each) * itemRow, scratch + s);
  }
  store<f64>(stats + ((<usize>block) << 3), <f64>weight * loss);
}

/**
 * Links of a history that is read: entries that are no targets, without a random share of them. Links of the others follow, to no row.
 * @returns how many are read
 */
function linkHistory(
  first: i32, last: i32, targets: usize, size: i32, indices: usize, values: usize, seed: u32, dropped: u32, rows: usize, weights: usize,
): i32 {
  let known = 0;
  for (let entry = first; entry < last; entry++) {
    let out = bitsAt(seed, entry) < dropped;
    for (let k = 0; k < size; k++) out = out || load<i32>(targets + ((<usize>k) << 2)) == entry;
    if (out) continue;
    store<i32>(rows + ((<usize>known) << 2), load<i32>(indices + ((<usize>entry) << 2)));
    store<f32>(weights + ((<usize>known) << 2), values ? load<f32>(values + ((<usize>entry) << 2)) : 1);
    known++;
  }
  for (let k = known; k < last - first - size; k++) store<i32>(rows + ((<usize>k) << 2), -1);
  return known;
}

/** Both halves forward and backward for the candidates of one profile. @returns the loss */
function passes(
  shape: usize, count: i32, each: i32, names: usize, targets: usize, values: usize, baseline: f32, offset: f32, weight: f32,
  p: usize, items: usize, dense: usize, gradients: usize, dp: usize, ditems: usize, scratch: usize,
): f64 {
  const g = at(shape, 2),
    e = at(shape, 3),
    layers = e > 0 ? at(shape, 6) : 0;
  const s: usize = (<usize>(g + e)) << 2,
    itemRow: usize = s + 32,
    gBytes: usize = (<usize>g) << 2,
    eBytes: usize = (<usize>e) << 2;
  // Room: rows of the candidates' embeddings and of each layer, one row for the user's part, gradients of two layers, a panel.
  const x = scratch;
  let top = x + <usize>count * eBytes;
  const tops = top;
  for (let l = 0, wide = 0; l < layers; l++) {
    wide = at(shape, 7 + l);
    top += <usize>count * ((<usize>wide) << 2);
  }
  const hidden = tops;
  const mine = top;
  const pulls = mine + 8192;
  const down = pulls + (((<usize>count << 3) + 15) & ~15);
  let widest = e;
  for (let l = 0; l < layers; l++) widest = max(widest, at(shape, 7 + l));
  const up = down + <usize>count * ((<usize>widest) << 2);
  const panel = up + <usize>count * ((<usize>widest) << 2);

  let end = dense;
  if (layers > 0) {
    for (let k = 0; k < count; k++) {
      const item = max(0, load<i32>(names + ((<usize>k) << 2)));
      memory.copy(x + <usize>k * eBytes, items + <usize>item * itemRow + gBytes, eBytes);
    }
    let w = dense,
      input = x,
      output = hidden,
      wide = e;
    for (let l = 0; l < layers; l++) {
      const next = at(shape, 7 + l);
      const rows = l == 0 ? 2 * wide : wide;
      const b = w + room(rows * next);
      if (l == 0) linearForward(0, 1, 0, panel, p + gBytes, e, w, b, next, mine);
      linearForward(0, count, 0, panel, input, wide, l == 0 ? w + <usize>e * ((<usize>next) << 2) : w, l == 0 ? mine : b, next, output);
      activationForward(0, count, 0, panel, output, next, 1, output, 0);
      w = b + room(next);
      input = output;
      output += <usize>count * ((<usize>next) << 2);
      wide = next;
    }
    end = w;
  }
  const lastWide = layers > 0 ? at(shape, 6 + layers) : 0;
  const lastBytes: usize = (<usize>lastWide) << 2;
  const lastRows = top - <usize>count * lastBytes;
  const hm = end,
    hg = end + room(lastWide);
  const apart = at(shape, 4) != 0,
    explicit = at(shape, 5) == 1;
  // Scores of both halves of each candidate, which pulls take the place of.
  for (let k = 0; k < count; k++) {
    const item = load<i32>(names + ((<usize>k) << 2));
    const to = pulls + ((<usize>k) << 3);
    store<f32>(to, notDrawn);
    store<f32>(to, notDrawn, 4);
    if (item < 0) continue;
    const q = items + <usize>item * itemRow;
    const zg = dot3(hg, p, q, gBytes);
    const zm = layers > 0 ? dot(hm, lastRows + <usize>k * lastBytes, lastWide) : 0;
    const base = load<f32>(q + s) + (explicit ? baseline : offset);
    store<f32>(to, apart ? base + zg : base + zg + zm);
    store<f32>(to, base + zm, 4);
  }
  const loss = explicit ? pullsOfValues(pulls, count, targets, values, weight)
    : at(shape, 5) == 2 ? pullsOfSoftmax(pulls, count, each, weight, apart)
    : pullsOfLabels(pulls, count, each, weight, apart);
  memory.fill(dp, 0, s);
  // By the pulls the gradients of the last weights, of the GMF half and of the last hidden rows (in `down`).
  for (let k = 0; k < count; k++) {
    const item = load<i32>(names + ((<usize>k) << 2));
    const d = ditems + <usize>k * itemRow;
    memory.fill(d, 0, itemRow);
    const hiddenRow = lastRows + <usize>k * lastBytes;
    if (item < 0) {
      if (layers > 0) memory.fill(down + <usize>k * lastBytes, 0, lastBytes);
      continue;
    }
    const q = items + <usize>item * itemRow;
    const pullG = load<f32>(pulls + ((<usize>k) << 3)),
      pullM = apart ? load<f32>(pulls + ((<usize>k) << 3), 4) : pullG;
    store<f32>(d + s, apart ? <f32>0.5 * (pullG + pullM) : pullG);
    const by = f32x4.splat(pullG);
    for (let i: usize = 0; i < gBytes; i += 16) {
      const h = v128.load(hg + i),
        u = v128.load(p + i),
        v = v128.load(q + i);
      const hd = f32x4.mul(by, h);
      const to = gradients + (hg - dense) + i;
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(by, f32x4.mul(u, v))));
      v128.store(dp + i, f32x4.add(v128.load(dp + i), f32x4.mul(hd, v)));
      v128.store(d + i, f32x4.mul(hd, u));
    }
    if (layers > 0) {
      axpy(pullM, hiddenRow, gradients + (hm - dense), lastWide);
      const below4 = f32x4.splat(pullM);
      for (let i: usize = 0; i < lastBytes; i += 16) v128.store(down + <usize>k * lastBytes + i, f32x4.mul(below4, v128.load(hm + i)));
    }
  }
  if (layers == 0) return loss;
  backward(shape, count, layers, p + gBytes, x, hidden, dense, gradients, dp + gBytes, down, up, mine, panel);
  const dx = layers % 2 == 0 ? down : up;
  for (let k = 0; k < count; k++) memory.copy(ditems + <usize>k * itemRow + gBytes, dx + <usize>k * eBytes, eBytes);
  return loss;
}

/** The layers from the last to the first; gradients of rows go from one buffer to the other. */
function backward(
  shape: usize, count: i32, layers: i32, p: usize, x: usize, hidden: usize, dense: usize, gradients: usize, dp: usize,
  down: usize, up: usize, mine: usize, panel: usize,
): void {
  let from = down,
    to = up;
  for (let l = layers - 1; l >= 0; l--) {
    let w = dense,
      rows = hidden,
      input = x,
      wide = at(shape, 3);
    for (let k = 0; k < l; k++) {
      const next = at(shape, 7 + k);
      w += room((k == 0 ? 2 * wide : wide) * next) + room(next);
      input = rows;
      rows += <usize>count * ((<usize>next) << 2);
      wide = next;
    }
    const next = at(shape, 7 + l);
    activationBackward(0, count, 0, panel, rows, next, 1, from, from);
    const dw = gradients + (w - dense);
    const db = dw + room((l == 0 ? 2 * wide : wide) * next);
    if (l > 0) linearBackward(0, count, 0, panel, input, wide, w, next, from, to, dw, db, 0);
    else {
      const half = <usize>wide * ((<usize>next) << 2);
      memory.fill(mine, 0, (<usize>next) << 2);
      linearBackward(0, count, 0, panel, input, wide, w + half, next, from, to, dw + half, mine, 0);
      linearBackward(0, 1, 0, panel, p, wide, w, next, mine, dp, dw, db, 0);
    }
    const other = from;
    from = to;
    to = other;
  }
}

/**
 * Block job: the scores of items lo..hi, or of those that `only` names, for one profile. `firsts` holds for each item its part of the first layer.
 * Scratch: one profile, 2 rows and 64 rows of all layers.
 */
export function ncfScores(
  lo: i32, hi: i32, block: i32, scratch: usize,
  shape: I32s, profile: F32s, only: Optional<I32s>, items: F32s, firsts: Optional<F32s>, dense: F32s, offset: f32, out: F32s,
): void {
  const g = at(shape, 2),
    e = at(shape, 3),
    layers = e > 0 ? at(shape, 6) : 0;
  const s: usize = (<usize>(g + e)) << 2,
    itemRow: usize = s + 32,
    gBytes: usize = (<usize>g) << 2;
  const mine = scratch;
  let rows = mine + 8192;
  const firstWide = layers > 0 ? at(shape, 7) : 0;
  const firstBytes: usize = (<usize>firstWide) << 2;
  let end = dense;
  if (layers > 0) linearForward(0, 1, 0, rows, profile + gBytes, e, dense, dense + room(2 * e * firstWide), firstWide, mine);
  for (let l = 0, wide = 2 * e; l < layers; l++) {
    const next = at(shape, 7 + l);
    end += room(wide * next) + room(next);
    wide = next;
  }
  const lastWide = layers > 0 ? at(shape, 6 + layers) : 0;
  const hm = end,
    hg = end + room(lastWide);
  for (let from = lo; from < hi; from += 64) {
    const count = min(64, hi - from);
    let last = rows;
    if (layers > 0) {
      for (let k = 0; k < count; k++) {
        const item = <usize>(only ? load<i32>(only + ((<usize>(from + k)) << 2)) : from + k);
        for (let i: usize = 0; i < firstBytes; i += 16) {
          const sum = f32x4.add(v128.load(mine + i), v128.load(firsts + item * firstBytes + i));
          v128.store(rows + <usize>k * firstBytes + i, f32x4.max(sum, f32x4.splat(0)));
        }
      }
      let w = dense + room(2 * e * firstWide) + room(firstWide),
        wide = firstWide;
      for (let l = 1; l < layers; l++) {
        const next = at(shape, 7 + l);
        const output = last + <usize>64 * ((<usize>wide) << 2);
        const b = w + room(wide * next);
        linearForward(0, count, 0, output + <usize>64 * ((<usize>next) << 2), last, wide, w, b, next, output);
        activationForward(0, count, 0, 0, output, next, 1, output, 0);
        w = b + room(next);
        last = output;
        wide = next;
      }
    }
    for (let k = 0; k < count; k++) {
      const item = <usize>(only ? load<i32>(only + ((<usize>(from + k)) << 2)) : from + k);
      const q = items + item * itemRow;
      const zg = dot3(hg, profile, q, gBytes);
      const zm = layers > 0 ? dot(hm, last + <usize>k * ((<usize>lastWide) << 2), lastWide) : 0;
      store<f32>(out + ((<usize>(from + k)) << 2), offset + load<f32>(q + s) + zg + zm);
    }
  }
}
