// The losses of NCF: logits of the items that a chunk met become slopes, in place. Each has two numbers of 32 bits: one logit for both halves, or one for
// each where they learn apart. `weight` is what an item counts.

import { exp1, ln, sigmoid, softplusOfMinus } from '../training/numbers';

/** The logit of an item that could not be drawn. */
export const notDrawn: f32 = -1e30;

/** Turns predicted values into slopes of their squared errors. @returns the loss */
export function pullsOfValues(pulls: usize, count: i32, targets: usize, values: usize, weight: f32): f64 {
  let loss: f64 = 0;
  for (let k = 0; k < count; k++) {
    const at = pulls + ((<usize>k) << 3);
    const entry = load<i32>(targets + ((<usize>k) << 2));
    const error = load<f32>(at) - load<f32>(values + ((<usize>entry) << 2));
    loss += <f64>(error * error);
    store<f32>(at, 2 * weight * error);
  }
  return loss;
}

/** Turns logits into slopes of the binary cross-entropy, where every `each`-th has the label 1. Halves that learn apart count half. @returns the loss */
export function pullsOfLabels(pulls: usize, count: i32, each: i32, weight: f32, apart: boolean): f64 {
  let loss: f64 = 0;
  for (let k = 0; k < count; k++) {
    const label: f32 = k % each == 0 ? 1 : 0;
    for (let half: usize = 0, halves: usize = apart ? 8 : 4; half < halves; half += 4) {
      const at = pulls + ((<usize>k) << 3) + half;
      const z = load<f32>(at);
      if (z <= notDrawn) {
        store<f32>(at, 0);
        continue;
      }
      loss += (apart ? 0.5 : 1) * lossOf(z, label);
      store<f32>(at, weight * (sigmoid(z) - label));
    }
  }
  return loss;
}

/**
 * Turns logits into slopes of -ln of the softmax of every `each`-th, a target, among it and all that are none, which the targets of a chunk share. Halves
 * that learn apart count half. @returns the loss
 */
export function pullsOfSoftmax(pulls: usize, count: i32, each: i32, weight: f32, apart: boolean): f64 {
  let loss: f64 = 0;
  for (let half: usize = 0, halves: usize = apart ? 8 : 4; half < halves; half += 4) {
    const first = pulls + half,
      end = first + ((<usize>count) << 3),
      step = (<usize>each) << 3;
    let top: f32 = notDrawn;
    for (let k = 0; k < count; k++) if (k % each != 0) top = max<f32>(top, load<f32>(first + ((<usize>k) << 3)));
    let sum: f32 = 0;
    for (let k = 0; k < count; k++) {
      const at = first + ((<usize>k) << 3);
      if (k % each == 0) continue;
      const odds: f32 = load<f32>(at) > notDrawn ? exp1(load<f32>(at) - top) : 0;
      sum += odds;
      store<f32>(at, odds);
    }
    // Each target has odds over the largest of it and the others, so that no power overflows and no sum is 0.
    let share: f32 = 0;
    for (let at = first; at < end; at += step) {
      const logit = load<f32>(at),
        most = max<f32>(logit, top);
      const odds = exp1(logit - most),
        others = exp1(top - most);
      const part: f32 = <f32>1 / (odds + others * sum);
      loss += (apart ? 0.5 : 1) * (ln(<f64>(odds + others * sum)) - <f64>(logit - most));
      share += others * part;
      store<f32>(at, weight * (odds * part - 1));
    }
    for (let k = 0; k < count; k++) {
      const at = first + ((<usize>k) << 3);
      if (k % each != 0) store<f32>(at, weight * share * load<f32>(at));
    }
  }
  return loss;
}

// @ts-ignore: decorator of AssemblyScript
@inline
function lossOf(z: f32, label: f32): f64 {
  return softplusOfMinus(z) + <f64>((<f32>1 - label) * z);
}
