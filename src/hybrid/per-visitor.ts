import type { Visitor } from './sources.ts';

/** What follows from a visitor, worked out once for all questions of a page. */
export function perVisitor<T>(of: (visitor: Visitor) => T): (visitor: Visitor) => T {
  const known = new WeakMap<Visitor, { value: T }>();
  return (visitor) => {
    let entry = known.get(visitor);
    if (!entry) known.set(visitor, (entry = { value: of(visitor) }));
    return entry.value;
  };
}
