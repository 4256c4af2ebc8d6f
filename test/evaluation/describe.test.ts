import { describe as describeData, Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { fromRows, zipf } from '../support/makers.ts';

const day = 86_400_000;
const data = Interactions.fromColumns({
  users: ['a', 'a', 'a', 'b', 'b', 'c'],
  items: ['x', 'y', 'z', 'x', 'y', 'new'],
  values: [5, 4, 3, 5, 1, 1],
  timestamps: [1, 2, 3, 4, 5, 6].map((time) => time * day),
});

describe('describe', () => {
  it('counts users, items and rows, and how they are spread', () => {
    const report = describeData(data);
    expect(report).toMatchObject({ users: 3, items: 4, rows: 6, density: 0.5 });
    expect(report.perUser).toMatchObject({ min: 1, median: 2, mean: 2, max: 3, singles: 1 / 3 });
    expect(report.perItem).toMatchObject({ min: 1, max: 2, singles: 1 / 2 });
    expect(report.topShare.tenPercent).toBe(2 / 6);
    expect(report.gini).toBeCloseTo(1 / 6, 12);
    expect(report.values).toEqual({
      min: 1,
      max: 5,
      mean: 19 / 6,
      histogram: [
        { value: 1, rows: 2 },
        { value: 3, rows: 1 },
        { value: 4, rows: 1 },
        { value: 5, rows: 2 },
      ],
    });
  });

  it('counts the rows that became one, and takes nothing but interactions', async () => {
    const rows = ['x', 'y', 'x', 'x'].map((item) => ({ user: 'a', item, value: 1 }));
    const twice = await Interactions.from([...rows, { user: '', item: 'x', value: 1 }], { onBadRow: 'skip' });
    expect(describeData(twice)).toMatchObject({ rows: 2, duplicates: 2, skipped: 1 });
    expect(String(describeData(twice))).toContain('1 bad rows skipped, 2 duplicates merged');
    expect(Interactions.fromColumns({ users: ['a', 'a'], items: ['x', 'x'] }).duplicates).toBe(1);
    expect(describeData(data).duplicates).toBe(0);
    expect(() => describeData([{ user: 'a', item: 'x' }] as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });

  it('sees what changes between the first and the second half', () => {
    const { drift, period } = describeData(data);
    expect(period).toEqual({ from: day, to: 6 * day });
    expect(drift).toMatchObject({ at: 4 * day, newItems: 1 / 3, newUsers: 1 });
    expect(drift?.meanValueChange).toBeCloseTo(7 / 3 - 4, 12);
    expect(drift?.popularityShift).toBeCloseTo(1 / 3, 12); // each half keeps two of three items
    expect(describeData(fromRows([['a', 'x', 1]])).drift).toBeUndefined();
  });

  it('has two halves also when most rows share the first moment, as after an import', async () => {
    const people = Array.from({ length: 30 }, (_, u) => `u${u}`);
    const first = people.flatMap((user) => ['i0', 'i1', 'i2'].map((item) => ({ user, item, timestamp: day })));
    const later = people.map((user, u) => ({ user, item: 'i3', timestamp: 9 * day + u }));
    const { drift } = describeData(await Interactions.from([...first, ...later]));
    expect(drift).toMatchObject({ at: 9 * day, newUsers: 0, newItems: 1, popularityShift: 1, meanValueChange: 0 });
    expect(describeData(await Interactions.from(first)).drift).toBeUndefined();
  });

  it('refuses options, of which it has none', () => {
    expect(() => describeData(data, { k: 5 } as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('prints itself and draws pictures', () => {
    const report = describeData(zipf({ users: 200, items: 50, seed: 3 }));
    expect(String(report)).toMatch(/^Size {10}[\d,]+ users, 50 items/);
    expect(String(report)).toContain('Drift');
    for (const picture of Object.values(report.pictures)) {
      expect(picture).toMatch(/^<svg xmlns/);
      expect(picture).not.toContain('NaN');
    }
    expect(report.pictures.longTail.match(/<rect /g)).toHaveLength(10);
  });

  it('refuses data without a row', () => {
    const empty = data.filter({ minValue: 9 });
    expect(() => describeData(empty)).toThrow(expect.objectContaining({ code: 'ERR_EMPTY' }));
  });
});
