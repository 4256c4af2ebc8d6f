import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isEarly, sourceFile, src } from '../../config/late-code.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-late-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** What is used at once and where else, of names that a file imports from another. */
function usesOf(code: string) {
  const file = join(folder, `${files++}.ts`);
  writeFileSync(file, `import { X, Y } from './other.ts';\n${code}`);
  const { atOnce, uses } = sourceFile(file);
  return { atOnce: [...atOnce].sort(), later: [...uses].filter(([, places]) => places.length).map(([name]) => name) };
}

describe('what an import of attune loads', () => {
  it.each([
    ['a call in a function', 'export const f = () => X(1);', [], ['X']],
    ['a class made in a method and in a field', 'class A { x = new X(); y() { return new Y(); } }', [], ['X', 'Y']],
    ['a base class and a static field', 'class A extends X { static y = Y(); }', ['X', 'Y'], []],
    ['a constant', 'export const a = { x: X() };', ['X'], []],
    ['a default value of a parameter', 'export function f(x = X) { return x; }', [], ['X']],
    ['a computed name of a method', 'class A { [X]() {} }', ['X'], []],
    ['a name that a parameter hides', 'export const f = (X: number) => X;', ['X'], ['X']],
    ['a name that is passed on', 'export { X };', ['X'], []],
    ['types alone', 'export const f = (x: X): Y => x as Y;', [], []],
    ['names of properties', 'export const f = (o: any) => ({ X: o.X, Y: 1 });', [], []],
    ['a property in short', 'export const f = () => ({ X });', [], ['X']],
  ])('%s', (_, code, atOnce, later) => {
    expect(usesOf(code)).toEqual({ atOnce, later });
  });
  it('are the classes that attune exports and what they extend, without what their methods call', () => {
    for (const name of ['recommenders/als/als', 'recommenders/shared/base', 'semantic/semantic-index', 'errors'])
      expect([name, isEarly(join(src, `${name}.ts`))]).toEqual([name, true]);
    for (const name of ['engine/engine', 'semantic/indexes/hnsw/hnsw', 'evaluation/evaluate', 'storage/memory/data-store'])
      expect([name, isEarly(join(src, `${name}.ts`))]).toEqual([name, false]);
  });
});
