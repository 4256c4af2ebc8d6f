/**
 * A constant that compilers do not know to be one. V8 from version 13 on (Node 24) makes vectors of constants anew in each turn of a loop, by more
 * instructions than the arithmetic has.
 * @param length any number that is not negative
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function unfolded(constant: i32, length: i32): i32 {
  return constant + (length >>> 31);
}
