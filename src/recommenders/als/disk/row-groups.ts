import { countingSort, range } from '../../../numeric/counting-sort.ts';
import { grown } from '../../../numeric/grown.ts';

/**
 * Which users have exactly the same rows, as `distinctRows` finds them, but known by 128 bits of hash: the rows themselves are on disk.
 * Two different rows of a billion have the same hash with a probability of 2^-68.
 */
export class RowGroups {
  /** Four words of hash per group. */
  #hashes = new Int32Array(4096);
  #table = new Int32Array(2048);
  #firstUser = new Int32Array(1024);
  #lengths = new Int32Array(1024);
  #rarest = new Int32Array(1024);
  #counted = new Int32Array(1024);
  #users = new Float64Array(1024);
  #groupOf = new Int32Array(1024);
  #groupUser = new Int32Array(1024);
  #several = 0;
  #count = 0;

  /** Adds the row of a user; users come in ascending order. @param counted how many of the values count for the regularization */
  add(user: number, items: Int32Array, values: Float32Array, counted: number): void {
    const h = hashOf(items, values);
    const group = this.#find(h);
    if (group === this.#count) {
      this.#reserve();
      this.#hashes.set(h, 4 * group);
      this.#firstUser[group] = user;
      this.#lengths[group] = items.length;
      this.#rarest[group] = items[items.length - 1];
      this.#counted[group] = counted;
      this.#count++;
      if (this.#count * 2 > this.#table.length) this.#rehash();
    }
    this.#users[group]++;
    this.#groupOf = grown(this.#groupOf, this.#several + 1);
    this.#groupUser = grown(this.#groupUser, this.#several + 1);
    this.#groupOf[this.#several] = group;
    this.#groupUser[this.#several++] = user;
  }

  /** The groups as rows, by descending length and then by their rarest item. Writes the row of each user into `userRow`. */
  ordered(itemCount: number, userRow: Int32Array) {
    const count = this.#count;
    let longest = 0;
    for (let g = 0; g < count; g++) longest = Math.max(longest, this.#lengths[g]);
    const shortness = this.#lengths.slice(0, count).map((length) => longest - length);
    const order = countingSort(countingSort(range(count), this.#rarest.slice(0, count), itemCount), shortness, longest + 1);
    const rowOfGroup = new Int32Array(count);
    order.forEach((g, row) => {
      rowOfGroup[g] = row;
    });
    for (let k = 0; k < this.#several; k++) userRow[this.#groupUser[k]] = rowOfGroup[this.#groupOf[k]];
    return {
      count,
      multiplicity: Float32Array.from(order, (g) => this.#users[g]),
      lengths: Int32Array.from(order, (g) => this.#lengths[g]),
      counted: Int32Array.from(order, (g) => this.#counted[g]),
      /** The row that is this user's and of no user before; -1 = none. */
      rowOf: (user: number) => (userRow[user] >= 0 && this.#firstUser[order[userRow[user]]] === user ? userRow[user] : -1),
    };
  }

  /** The group of a hash, or the number of the next. */
  #find(h: Int32Array): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = h[0] & mask; ; slot = (slot + 1) & mask) {
      const group = table[slot] - 1;
      if (group < 0) {
        table[slot] = this.#count + 1;
        return this.#count;
      }
      const at = 4 * group;
      const stored = this.#hashes;
      if (stored[at] === h[0] && stored[at + 1] === h[1] && stored[at + 2] === h[2] && stored[at + 3] === h[3]) return group;
    }
  }

  #reserve(): void {
    const size = this.#count + 1;
    this.#hashes = grown(this.#hashes, 4 * size);
    this.#firstUser = grown(this.#firstUser, size);
    this.#lengths = grown(this.#lengths, size);
    this.#rarest = grown(this.#rarest, size);
    this.#counted = grown(this.#counted, size);
    this.#users = grown(this.#users, size);
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let group = 0; group < this.#count; group++) {
      let slot = this.#hashes[4 * group] & mask;
      while (this.#table[slot] > 0) slot = (slot + 1) & mask;
      this.#table[slot] = group + 1;
    }
  }
}

const state = new Int32Array(4);

/** 128 bits of a row: four lanes, each of which multiplies by another odd number and takes the length, the items and the bits of values. */
function hashOf(items: Int32Array, values: Float32Array): Int32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [a, b, c, d] = [items.length, ~items.length, 0x243f6a88, 0x13198a2e];
  for (let e = 0; e < items.length; e++) {
    a = mixed(a ^ items[e], 0x9e3779b1, bits[e]);
    b = mixed(b ^ bits[e], 0x85ebca77, items[e] ^ a);
    c = mixed(c ^ items[e], 0xc2b2ae3d, bits[e] ^ b);
    d = mixed(d ^ bits[e], 0x27d4eb2f, items[e] ^ c);
  }
  state[0] = mixed(a ^ d, 0x165667b1, b);
  state[1] = mixed(b ^ a, 0x85ebca6b, c);
  state[2] = mixed(c ^ b, 0xc2b2ae35, d);
  state[3] = mixed(d ^ c, 0x27d4eb2d, a);
  return state;
}

function mixed(h: number, by: number, add: number): number {
  const product = Math.imul(h ^ (h >>> 15), by) + add;
  return Math.imul(product ^ (product >>> 13), by | 1);
}
