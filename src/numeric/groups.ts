/** Disjoint groups of the numbers below `size` (union-find); a group is known by its smallest member. */
export class Groups {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, k) => k);
  }

  first(member: number): number {
    const parents = this.#parents;
    let root = member;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]];
    return root;
  }

  join(a: number, b: number): void {
    const first = Math.min(this.first(a), this.first(b));
    const second = Math.max(this.first(a), this.first(b));
    this.#parents[second] = first;
  }

  /** The smallest member of each number's group. */
  firsts(): Int32Array {
    return this.#parents.map((_, member) => this.first(member));
  }
}
