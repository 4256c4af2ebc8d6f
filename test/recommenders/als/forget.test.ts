import { AlsRecommender, Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../../support/makers.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** The bytes of one factor row. */
const rowText = ({ data, columns }: { data: Float32Array; columns: number }, row: number) =>
  text(new Uint8Array(data.slice(row * columns, (row + 1) * columns).buffer));

describe('AlsRecommender.forget', () => {
  it.each([
    ['implicit', {}],
    ['explicit with biases', { feedback: 'explicit', biases: true }],
  ] as const)('leaves nothing of a user in the file, and all others as they were, %s', async (_, options) => {
    const data = Interactions.fromColumns({
      users: ['ann', 'closed-account', 'closed-account', 'bob', 'bob', 'cid'],
      items: ['x', 'x', 'y', 'y', 'z', 'x'],
      values: [1, 2, 7.654321, 3, 4, 5],
    });
    const als = await new AlsRecommender({ factors: 4, iterations: 3, ...options }).fit(data);
    const before = { x: als.userFactors, y: als.itemFactors.data.slice(), lists: lists(als, ['ann', 'bob', 'cid']) };
    const theirs = rowText(before.x, 1);
    const value = text(new Uint8Array(Float32Array.of(7.654321).buffer));
    expect(text(als.toBytes())).toContain(theirs);
    expect(text(als.toBytes())).toContain(value);

    expect(als.forget('closed-account')).toBe(als);
    const file = text(als.toBytes());
    for (const trace of ['closed-account', theirs, value]) expect(file).not.toContain(trace);
    expect([...als.users]).toEqual(['ann', 'bob', 'cid']);
    expect(als.itemFactors.data).toEqual(before.y);
    expect(lists(als, ['ann', 'bob', 'cid'])).toEqual(before.lists);
    expect(lists(AlsRecommender.fromBytes(als.toBytes()), ['ann', 'bob', 'cid'])).toEqual(before.lists);
    expect(() => als.recommend('closed-account')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_USER' }));
  });

  it('keeps a factor row that another user has as well, and drops it with the last of them', async () => {
    const data = Interactions.fromColumns({ users: ['a', 'a', 'twin', 'twin', 'c', 'c'], items: ['x', 'y', 'x', 'y', 'x', 'z'] });
    const als = await new AlsRecommender({ factors: 4, iterations: 3 }).fit(data);
    const row = rowText(als.userFactors, 0);
    expect(text(als.forget('a').toBytes())).toContain(row);
    expect(text(als.forget('twin').toBytes())).not.toContain(row);
  });

  it('takes many at once, the same as one by one, down to nobody', async () => {
    const data = zipf();
    const make = () => new AlsRecommender({ factors: 4, iterations: 2 }).fit(data);
    const some = [...data.users].filter((_, u) => u % 3 !== 1);
    const one = await make();
    for (const user of some) one.forget(user);
    const many = (await make()).forget(new Set(some));
    expect(many.toBytes()).toEqual(one.toBytes());
    const none = AlsRecommender.fromBytes(many.forget([...many.users]).toBytes());
    expect(none.users.size).toBe(0);
    expect(none.similarItems('i1', { n: 3 })).toHaveLength(3);
    expect(none.recommendFor(['i1'], { n: 3 })).toHaveLength(3);
    await none.partialFit(Interactions.fromColumns({ users: ['first'], items: ['i1'] }));
    const ids = (list: { item: string }[]) => list.map(({ item }) => item);
    expect(ids(none.recommend('first', { n: 3 }))).toEqual(ids(none.recommendFor(['i1'], { n: 3 })));
  });

  it('leaves no row of an earlier history behind when a user was updated and then forgotten', async () => {
    const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(zipf());
    const old = rowText(als.userFactors, 3);
    await als.partialFit(Interactions.fromColumns({ users: ['u3'], items: ['i7'] }));
    const updated = rowText(als.userFactors, 3);
    const file = text(als.forget('u3').toBytes());
    expect(file).not.toContain(old);
    expect(file).not.toContain(updated);
  });

  it('does not let the file grow when the same users are updated again and again', async () => {
    const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(zipf());
    const news = Interactions.fromColumns({ users: ['u3', 'u4'], items: ['i1', 'i2'] });
    const once = (await als.partialFit(news)).toBytes().length;
    for (let k = 0; k < 5; k++) await als.partialFit(news);
    expect(als.toBytes().length).toBe(once);
  });

  it('treats an unknown user as every call does, and then changes nothing', async () => {
    const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(zipf());
    const bytes = als.toBytes();
    expect(() => als.forget(['u1', 'nobody'])).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_USER' }));
    expect(als.forget('nobody', { onUnknown: 'empty' }).toBytes()).toEqual(bytes);
    expect(als.forget(['u1', 'nobody'], { onUnknown: 'empty' }).users.has('u1')).toBe(false);
    expect(() => new AlsRecommender().forget('u1')).toThrow(expect.objectContaining({ code: 'ERR_NOT_FITTED' }));
  });
});

const lists = (als: AlsRecommender, users: string[]) => users.map((user) => als.recommend(user, { includeSeen: true }));
