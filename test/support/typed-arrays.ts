import { expect } from 'vitest';

/** How `toEqual` compares typed arrays: as it does itself, number by number, in a hundredth of the time; files of models are long. */
const areEqual = (a: unknown, b: unknown): boolean | undefined => {
  if (!isNumbers(a) || !isNumbers(b) || a.constructor !== b.constructor) return undefined;
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (!Object.is(a[k], b[k])) return false;
  return true;
};
const isNumbers = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value) && !(value instanceof DataView);

// Once a process: test files share its matchers.
const told = globalThis as { attuneComparesTypedArrays?: boolean };
if (!told.attuneComparesTypedArrays) expect.addEqualityTesters([areEqual]);
told.attuneComparesTypedArrays = true;
