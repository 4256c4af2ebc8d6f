import { axpy, dot } from '../dense/vector';
import { F32s, I32s } from '../types';
import { bitsAt, exp1 } from './numbers';

/**
 * Block job: causal self-attention (Vaswani et al. 2017) within sequences lo..hi, whose rows lie one behind the other: sequence k has rows
 * starts[k] to starts[k + 1], so nothing is padded. A row of `qkv` is query, key and value side by side, 3 x width floats; a head takes
 * width / heads of each, a multiple of 8. `shares` keeps the softmax before dropout, heads x length x length per sequence from heads x squares[k]
 * on. Dropout is drawn as in dropoutRows.
 */
export function attentionForward(
  lo: i32, hi: i32, block: i32, scratch: usize, qkv: F32s, starts: I32s, squares: I32s, width: i32, heads: i32, probability: f32, seed: u32,
  shares: F32s, out: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  const own = width / heads;
  const scale = <f32>1 / sqrt<f32>(<f32>own);
  const limit = <u32>(<f64>probability * 4294967295);
  const keep = <f32>1 / (<f32>1 - probability);
  for (let sequence = lo; sequence < hi; sequence++) {
    const start = load<i32>(starts + ((<usize>sequence) << 2)),
      length = load<i32>(starts + ((<usize>sequence) << 2), 4) - start,
      before = load<i32>(squares + ((<usize>sequence) << 2));
    memory.fill(out + <usize>start * s, 0, <usize>length * s);
    for (let head = 0; head < heads; head++) {
      const base = qkv + <usize>start * 3 * s + ((<usize>(head * own)) << 2);
      for (let i = 0; i < length; i++) {
        const place = <usize>(heads * before + (head * length + i) * length);
        const row = shares + (place << 2);
        const query = base + <usize>i * 3 * s;
        let most: f32 = -Infinity;
        for (let j = 0; j <= i; j++) {
          const score = scale * dot(query, base + <usize>j * 3 * s + s, own);
          store<f32>(row + ((<usize>j) << 2), score);
          most = max<f32>(most, score);
        }
        let sum: f32 = 0;
        for (let j = 0; j <= i; j++) {
          const e = exp1(load<f32>(row + ((<usize>j) << 2)) - most);
          store<f32>(row + ((<usize>j) << 2), e);
          sum += e;
        }
        const to = out + <usize>(start + i) * s + ((<usize>(head * own)) << 2);
        for (let j = 0; j <= i; j++) {
          const share = load<f32>(row + ((<usize>j) << 2)) / sum;
          store<f32>(row + ((<usize>j) << 2), share);
          if (probability > 0 && bitsAt(seed, <u32>place + j) < limit) continue;
          axpy(share * keep, base + <usize>j * 3 * s + 2 * s, to, own);
        }
      }
    }
  }
}

/** Block job: the gradient of attentionForward, into dqkv. Scratch: as many floats as the longest sequence has rows. */
export function attentionBackward(
  lo: i32, hi: i32, block: i32, scratch: usize, qkv: F32s, starts: I32s, squares: I32s, width: i32, heads: i32, probability: f32, seed: u32,
  shares: F32s, dout: F32s, dqkv: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  const own = width / heads;
  const scale = <f32>1 / sqrt<f32>(<f32>own);
  const limit = <u32>(<f64>probability * 4294967295);
  const keep = <f32>1 / (<f32>1 - probability);
  for (let sequence = lo; sequence < hi; sequence++) {
    const start = load<i32>(starts + ((<usize>sequence) << 2)),
      length = load<i32>(starts + ((<usize>sequence) << 2), 4) - start,
      before = load<i32>(squares + ((<usize>sequence) << 2));
    memory.fill(dqkv + <usize>start * 3 * s, 0, <usize>length * 3 * s);
    for (let head = 0; head < heads; head++) {
      const base = qkv + <usize>start * 3 * s + ((<usize>(head * own)) << 2);
      const change = dqkv + (base - qkv);
      for (let i = 0; i < length; i++) {
        const place = <usize>(heads * before + (head * length + i) * length);
        const row = shares + (place << 2);
        const d = dout + <usize>(start + i) * s + ((<usize>(head * own)) << 2);
        let inner: f32 = 0;
        for (let j = 0; j <= i; j++) {
          const share = load<f32>(row + ((<usize>j) << 2));
          const kept = probability == 0 || bitsAt(seed, <u32>place + j) >= limit ? keep : 0;
          const value = base + <usize>j * 3 * s + 2 * s;
          const dshare = kept > 0 ? kept * dot(d, value, own) : 0;
          store<f32>(scratch + ((<usize>j) << 2), dshare);
          inner += share * dshare;
          if (kept > 0) axpy(share * kept, d, change + <usize>j * 3 * s + 2 * s, own);
        }
        for (let j = 0; j <= i; j++) {
          const share = load<f32>(row + ((<usize>j) << 2));
          const dscore = scale * share * (load<f32>(scratch + ((<usize>j) << 2)) - inner);
          axpy(dscore, base + <usize>j * 3 * s + s, change + <usize>i * 3 * s, own);
          axpy(dscore, base + <usize>i * 3 * s, change + <usize>j * 3 * s + s, own);
        }
      }
    }
  }
}
