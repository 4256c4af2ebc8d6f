/** Whether something is a list of finite numbers, of this length where one is given. Gaps are no numbers, which `every` would skip. */
export function isVector(value: unknown, length?: number): value is ArrayLike<number> {
  const list = (typeof value === 'object' ? value : undefined) as ArrayLike<unknown> | null | undefined;
  if (!list || !Number.isInteger(list.length) || (length !== undefined && list.length !== length)) return false;
  for (let k = 0; k < list.length; k++) if (!Number.isFinite(list[k])) return false;
  return true;
}
