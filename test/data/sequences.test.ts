import { Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../support/makers.ts';

const ofUser = (data: Interactions, user: string) => {
  const { offsets, items, values, timestamps } = data.sequences;
  const u = data.users.indexOf(user);
  return Array.from({ length: offsets[u + 1] - offsets[u] }, (_, k) => {
    const at = offsets[u] + k;
    return { item: data.items.idAt(items[at]), value: values[at], timestamp: timestamps?.[at] };
  });
};

describe('Sequences of interactions', () => {
  it('hold what each user did, oldest first, and equal times in the order of the rows', () => {
    const data = Interactions.fromColumns({
      users: ['u', 'v', 'u', 'u', 'v'],
      items: ['a', 'a', 'b', 'c', 'd'],
      values: [1, 2, 3, 4, 5],
      timestamps: [30, 10, 20, 20, 5],
    });
    expect(ofUser(data, 'u')).toEqual([
      { item: 'b', value: 3, timestamp: 20 },
      { item: 'c', value: 4, timestamp: 20 },
      { item: 'a', value: 1, timestamp: 30 },
    ]);
    expect(ofUser(data, 'v').map(({ item }) => item)).toEqual(['d', 'a']);
    expect(data.sequences).toBe(data.sequences);
  });
  it('have the order of the rows when there are no times', () => {
    const data = Interactions.fromColumns({ users: ['u', 'v', 'u'], items: ['b', 'a', 'a'] });
    expect(ofUser(data, 'u').map(({ item }) => item)).toEqual(['b', 'a']);
    expect(data.sequences.timestamps).toBeUndefined();
  });
  it('are the rows of each user sorted by time', () => {
    const times = zipf({ users: 30, items: 50 });
    const random = Interactions.fromColumns({
      users: Array.from(times, ({ user }) => user),
      items: Array.from(times, ({ item }) => item),
      values: Array.from(times, ({ value }) => value),
      timestamps: Array.from(times, (_, k) => (k * 7919) % 101),
    });
    for (const user of random.users) {
      const rows = [...random].filter((row) => row.user === user).sort((a, b) => (a.timestamp as number) - (b.timestamp as number));
      expect(ofUser(random, user)).toEqual(rows.map(({ item, value, timestamp }) => ({ item, value, timestamp })));
    }
  });
  it('are empty without rows', () => {
    expect(Interactions.fromColumns({ users: [], items: [] }).sequences.items.length).toBe(0);
  });
});
