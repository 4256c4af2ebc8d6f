import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, errorCodes } from 'attune';
import { describe, expect, it } from 'vitest';
import { shown } from '../src/errors.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    code: /^`(\w+)`$/m.exec(section)?.[1],
    meaning: section.split('\n\n')[1],
    rest: section,
  }));

describe('docs/errors.md', () => {
  it('has every code, in the order of the source, and no other', () => {
    expect(sections.map(({ code }) => code)).toEqual(Object.keys(errorCodes));
  });

  it.each(Object.entries(errorCodes))('says of %s what it means, where it usually comes from and what to do', (code, meaning) => {
    const section = sections.find((each) => each.code === code);
    expect(section?.meaning).toBe(meaning);
    expect(section?.rest).toMatch(/^- Usual cause: .{15,}\.$/m);
    expect(section?.rest).toMatch(/^- What to do: .{15,}\.$/m);
  });
});

it('every code is thrown somewhere, and nothing throws a code that is not one', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && file !== 'errors.ts',
  );
  const thrown = new Set(sources.flatMap((file) => readFileSync(join(root, 'src', file), 'utf8').match(/ERR_[A-Z_]+/g) ?? []));
  const ofNode = [...thrown].filter((code) => !(code in errorCodes)); // codes of Node, in places that translate them
  expect(ofNode.filter((code) => !['ERR_MODULE_NOT_FOUND', 'ERR_ZSTD'].includes(code))).toEqual([]);
  expect(Object.keys(errorCodes).filter((code) => !thrown.has(code))).toEqual([]);
});

it('an AttuneError carries its code, its message and its cause', () => {
  const cause = new Error('disk full');
  const error = new AttuneError('ERR_STORE', 'Expected room, got none.', { cause });
  expect(error).toMatchObject({ name: 'AttuneError', code: 'ERR_STORE', message: 'Expected room, got none.', cause });
  expect(error).toBeInstanceOf(Error);
});

it('a value in a message is short and never a whole object', () => {
  expect(shown('a"b')).toBe('"a\\"b"');
  expect(shown('x'.repeat(500)).length).toBeLessThan(90);
  expect([1, -0, Number.NaN, 3n, null, undefined, true, [1, 2], {}, new Map(), Object.create(null), () => 1].map(shown)).toEqual([
    '1',
    '0',
    'NaN',
    '3n',
    'null',
    'undefined',
    'true',
    'an array of 2',
    'an object (Object)',
    'an object (Map)',
    'an object (no prototype)',
    'a function',
  ]);
});
