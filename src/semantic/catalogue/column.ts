import { numberOfText } from '../../data/number-text.ts';
import { grown } from '../../numeric/grown.ts';

/** One field of all items as codes of its distinct values, so that a condition is tested once per value and not once per item. */
export class Column {
  #codes = new Int32Array(0);
  #values: unknown[] = [undefined];
  readonly #codeOf = new Map<unknown, number>();

  set(key: number, value: unknown): void {
    this.#codes = grown(this.#codes, key + 1);
    this.#codes[key] = value === undefined ? 0 : this.#code(value);
  }

  mask(flags: Uint8Array, test: (value: unknown) => boolean): void {
    const passes = Uint8Array.from(this.#values, (value) => (test(value) ? 1 : 0));
    for (let key = 0; key < flags.length; key++) flags[key] &= passes[this.#codes[key] ?? 0];
  }

  /** See `Catalogue.otherType`. */
  otherType(compares: 'number' | 'string', isRange: boolean): unknown {
    let other: unknown;
    let text: unknown;
    let isCompared = false;
    for (const entry of this.#values.flat()) {
      if (typeof entry === compares) isCompared = true;
      else if (typeof entry === 'number' || (typeof entry === 'string' && numberOfText(entry) !== undefined)) other ??= entry;
      else if (typeof entry === 'string' && entry.trim() !== '') text ??= entry;
    }
    if (!isRange || compares === 'string') return isCompared ? undefined : other;
    return other ?? (isCompared ? undefined : text);
  }

  /** See `Catalogue.misplaced`. */
  misplaced(bounds: readonly string[]): unknown {
    const limits = bounds.filter((bound) => numberOfText(bound) !== undefined);
    if (limits.length === 0) return undefined;
    return this.#values.flat().find((value) => {
      const number = typeof value === 'string' ? numberOfText(value) : undefined;
      return (
        number !== undefined &&
        limits.some((limit) => Math.sign(number - Number(numberOfText(limit))) !== alphabetical(String(value), limit))
      );
    });
  }

  #code(value: unknown): number {
    const name =
      typeof value === 'object' && value !== null ? `json ${JSON.stringify(value)}` : typeof value === 'string' ? `text ${value}` : value;
    let code = this.#codeOf.get(name);
    if (code === undefined) {
      code = this.#values.push(value) - 1;
      this.#codeOf.set(name, code);
    }
    return code;
  }
}

const alphabetical = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
