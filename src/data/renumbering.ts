/** New dense indices for those of the old ones that occur, in the order in which they first do. */
export class Renumbering {
  readonly #to: Int32Array;
  readonly #kept: Int32Array;
  #size = 0;

  constructor(count: number) {
    this.#to = new Int32Array(count).fill(-1);
    this.#kept = new Int32Array(count);
  }

  of(index: number): number {
    if (this.#to[index] < 0) {
      this.#to[index] = this.#size;
      this.#kept[this.#size++] = index;
    }
    return this.#to[index];
  }

  /** The old indices by new ones. */
  get kept(): Int32Array {
    return this.#kept.subarray(0, this.#size);
  }
}
