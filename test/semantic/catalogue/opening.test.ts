import { describe, expect, it } from 'vitest';
import type { Metadata } from '../../../src/contracts/where.ts';
import { IdMap } from '../../../src/data/id-map.ts';
import { Catalogue } from '../../../src/semantic/catalogue/catalogue.ts';
import { atOnce } from '../../../src/work/steps.ts';

const coded = expect.objectContaining({ code: 'ERR_BAD_FILE' });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const idsOf = (count: number) => {
  const ids = new IdMap();
  for (let k = 0; k < count; k++) ids.add(`p${k}`);
  return ids;
};

/** Some hundred thousand letters, in which the end of a row can hardly be told from what stands within texts, lists and objects. */
const rows: Metadata[] = Array.from({ length: 6000 }, (_, k) => ({
  k,
  title: k % 3 === 0 ? `"},{"k":${k}},{` : `}${'\\'.repeat(k % 5)}"},{"`,
  parts: k % 2 === 0 ? [{ x: 1 }, { x: '},{' }] : [],
  ...(k === 2000 && { long: '},{'.repeat(50_000), nested: Array.from({ length: 20_000 }, () => ({ a: {} })) }),
}));

describe('the metadata of a file', () => {
  it('come back row by row, wherever the text is cut, and let others work in between', () => {
    const present = Uint8Array.from({ length: rows.length + 10 }, (_, key) => Number(key % 7 !== 3 || key >= rows.length));
    const keys = [...present.keys()].filter((key) => present[key] === 1).slice(0, rows.length);
    present.fill(0, keys[keys.length - 1] + 1);
    const kept = rows.slice(0, keys.length);
    const steps = Catalogue.opening(idsOf(present.length), present, bytesOf(JSON.stringify(kept)));
    let count = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) count++;
    const catalogue = step.value as Catalogue;
    expect(count).toBeGreaterThan(3);
    expect(catalogue.size).toBe(kept.length);
    expect(keys.map((key) => catalogue.rowOf(key))).toEqual(kept);
    expect(catalogue.rowOf(3)).toBeUndefined();
  });

  it.each([
    '',
    '{}',
    'null',
    '[',
    '[{}',
    '[{},]',
    '[{}]]',
    '[{}] ',
    '[{},{},{}]',
    '[{}]',
    '[{"a":"},{',
    `[{},{"a":"${'},{'.repeat(60_000)}]`,
  ])('are refused where they are no list of as many objects: %.20s', (text) => {
    expect(() => atOnce(Catalogue.opening(idsOf(2), Uint8Array.of(1, 1), bytesOf(text)))).toThrow(coded);
  });

  it('of no items are an empty list', () => {
    expect(atOnce(Catalogue.opening(new IdMap(), new Uint8Array(0), bytesOf('[]'))).size).toBe(0);
  });
});
