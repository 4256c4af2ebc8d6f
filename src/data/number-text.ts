/**
 * The number that a text is, or undefined: decimal digits with an optional sign, point and exponent, and spaces around them. So `' 12 '`, `'.5'`
 * and `'1e3'` are numbers; what only programmers write, such as `'0x10'`, `'0b1'`, `'1_000'` or `'Infinity'`, and an empty text are none, lest
 * a code in a column of numbers pass as one.
 */
export function numberOfText(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : undefined;
}

const decimal = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/;
