/** How a gradient becomes a step. */
export interface AdamOptions {
  /** Weight of the past in the mean of gradients. Default 0.9. */
  beta1?: number;
  /** Weight of the past in the mean of their squares. Default 0.999. */
  beta2?: number;
  /** Added to the root that divides. Default 1e-8. */
  epsilon?: number;
  /** Pull to 0 as a part of the gradient: that times the number. Default 0. */
  regularization?: number;
  /** Pull to 0 beside the gradient, times the rate (AdamW, Loshchilov & Hutter 2019). Default 0. */
  decay?: number;
}

/**
 * The clock of Adam (Kingma & Ba 2015): counts steps and gives the arguments of the kernels that take one, with the correction of the
 * moments, which start at 0, worked into rate and epsilon. Powers are products, since `Math.pow` differs between engines.
 */
export class Adam {
  readonly #options: Required<AdamOptions>;
  #power1 = 1;
  #power2 = 1;

  /** Starts before the first step. */
  constructor(options: AdamOptions = {}) {
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, regularization: 0, decay: 0, ...options };
  }

  /** Begins a step of this rate. @returns what every kernel of the step takes */
  step(rate: number): AdamStep {
    const { beta1, beta2, epsilon, regularization, decay } = this.#options;
    this.#power1 *= beta1;
    this.#power2 *= beta2;
    const root = Math.sqrt(1 - this.#power2);
    return { beta1, beta2, rate: (rate * root) / (1 - this.#power1), epsilon: epsilon * root, regularization, decay: decay * rate };
  }
}

/** Arguments of `adamRows` and `adamDense`. */
export interface AdamStep {
  beta1: number;
  beta2: number;
  /** With the correction for the start. */
  rate: number;
  /** With the correction for the start. */
  epsilon: number;
  regularization: number;
  decay: number;
}
