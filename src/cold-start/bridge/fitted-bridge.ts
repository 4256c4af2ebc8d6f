/** How contents become factors. */
export interface BridgeFit {
  /** Length of a content vector. */
  readonly inputs: number;
  /** Factors of a content vector. */
  predict(vector: ArrayLike<number>): Float64Array;
  /** Share of the variance of factors that contents explain in left-out items; at most 1. */
  explained(): number;
  /** The penalty in use, where there is one. */
  readonly penalty: number | undefined;
}
