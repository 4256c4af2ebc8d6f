/**
 * The first of the places 0 to `count` - 1 at which a condition holds, by bisection; `count` when it holds at none.
 * @param holds false at first, then true
 */
export function firstIndex(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
