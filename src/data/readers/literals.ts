/**
 * Literals of Python, as the review files of 2014 have them, and JSON as Python writes it: dicts, lists, tuples, texts in either quote with
 * all their escapes, numbers, NaN, None. Nothing is run.
 */

const words: Record<string, unknown> = {
  None: null,
  True: true,
  False: false,
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  nan: Number.NaN,
  Infinity: Infinity,
  inf: Infinity,
};
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '0': '\0', '\n': '' };

/** The value of a literal, or undefined when the text is none. */
export function parseLiteral(text: string): unknown {
  const parser = new Literal(text);
  try {
    const value = parser.value(0);
    return parser.atEnd ? value : undefined;
  } catch (error) {
    if (error === noLiteral) return undefined;
    throw error;
  }
}

const noLiteral = new Error('no literal');
const number = /[+-]?(?:Infinity|inf|nan|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)L?/y;
const word = /[A-Za-z]+/y;
/** Deeper nesting is refused, so that no file can exhaust the stack. */
const maxDepth = 200;

class Literal {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    this.#skipBlanks();
    return this.#at === this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > maxDepth) throw noLiteral;
    this.#skipBlanks();
    const c = this.#text[this.#at];
    if (c === '{') return this.#dict(depth);
    if (c === '[') return this.#list(depth);
    if (c === '(') return this.#tuple(depth);
    return this.#texts() ?? this.#number() ?? this.#word();
  }

  /** Texts side by side are one, as pprint writes those that are longer than a line. */
  #texts(): string | undefined {
    let texts: string | undefined;
    for (;;) {
      const prefix = /^[uUbBrR]{1,2}(?=['"])/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0] ?? '';
      const quote = this.#text[this.#at + prefix.length];
      if (quote !== "'" && quote !== '"') return texts;
      this.#at += prefix.length;
      texts = (texts ?? '') + this.#string(/r/i.test(prefix));
      this.#skipBlanks();
    }
  }

  #dict(depth: number): Record<string, unknown> {
    const dict: Record<string, unknown> = {};
    this.#at++;
    while (!this.#takes('}')) {
      const key = this.value(depth + 1);
      if (!this.#takes(':')) throw noLiteral;
      const value = this.value(depth + 1);
      // `__proto__` is a key like any other
      Object.defineProperty(dict, String(key), { value, writable: true, enumerable: true, configurable: true });
      if (!this.#takes(',') && this.#peek() !== '}') throw noLiteral;
    }
    return dict;
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = [];
    this.#at++;
    while (!this.#takes(']')) {
      list.push(this.value(depth + 1));
      if (!this.#takes(',') && this.#peek() !== ']') throw noLiteral;
    }
    return list;
  }

  /** Parentheses around one value are no tuple: `('a')` is a text, `('a',)` a list of one. */
  #tuple(depth: number): unknown {
    const list: unknown[] = [];
    let comma = false;
    this.#at++;
    while (!this.#takes(')')) {
      list.push(this.value(depth + 1));
      comma = this.#takes(',');
      if (!comma && this.#peek() !== ')') throw noLiteral;
    }
    return list.length === 1 && !comma ? list[0] : list;
  }

  #string(raw: boolean): string {
    const quote = this.#text[this.#at++];
    let result = '';
    let from = this.#at;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined) throw noLiteral;
      if (c === quote) break;
      if (c !== '\\' || raw) this.#at += c === '\\' ? 2 : 1;
      else {
        result += this.#text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      }
    }
    return result + this.#text.slice(from, this.#at++);
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1];
    const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    if (length > 0) {
      const hex = this.#text.slice(this.#at + 2, this.#at + 2 + length);
      const code = /^[0-9a-f]+$/i.test(hex) && hex.length === length ? Number.parseInt(hex, 16) : Number.NaN;
      if (!(code <= 0x10ffff)) throw noLiteral;
      this.#at += 2 + length;
      return String.fromCodePoint(code);
    }
    const octal = /^[0-7]{1,3}/.exec(this.#text.slice(this.#at + 1, this.#at + 4))?.[0];
    this.#at += 1 + (octal?.length ?? 1);
    if (letter === undefined) throw noLiteral;
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
    return escapes[letter] ?? (/['"\\/]/.test(letter) ? letter : `\\${letter}`);
  }

  #number(): number | bigint | undefined {
    number.lastIndex = this.#at;
    const found = number.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    const digits = found.replace('L', '');
    const n = Number(digits.replace(/inf$/, 'Infinity'));
    return /^[+-]?\d+$/.test(digits) && !Number.isSafeInteger(n) ? BigInt(digits) : n;
  }

  #word(): unknown {
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0];
    if (found === undefined || !Object.hasOwn(words, found)) throw noLiteral;
    this.#at += found.length;
    return words[found];
  }

  #takes(c: string): boolean {
    if (this.#peek() !== c) return false;
    this.#at++;
    return true;
  }

  #peek(): string | undefined {
    this.#skipBlanks();
    return this.#text[this.#at];
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }
}
