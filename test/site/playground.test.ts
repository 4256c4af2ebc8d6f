import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../site/playground/messages.ts';
import { fieldsOf, readFile } from '../../site/playground/read-file.ts';
import { sets } from '../../site/playground/sets.ts';
import { Trained } from '../../site/playground/training.ts';

const file = (content: string | Uint8Array<ArrayBuffer>, name = 'dropped') => Object.assign(new Blob([content]), { name });

describe('a file dropped into the playground', () => {
  it('may have quotation marks, other delimiters, other line ends and empty fields', () => {
    const read = (text: string, delimiter = ',') => [...fieldsOf(text, delimiter)];
    expect(read('a,b\r\n1,"x, ""y""\nz"\r\n,2\n')).toEqual([
      ['a', 'b'],
      ['1', 'x, "y"\nz'],
      ['', '2'],
    ]);
    expect(read('a;b;c\n1;;', ';')).toEqual([
      ['a', 'b', 'c'],
      ['1', '', ''],
    ]);
    expect(read('\n\na,b')).toEqual([['a', 'b']]);
  });

  it.each([
    ['commas', 'userId,movieId,rating,timestamp,title\n1,10,4.5,964982703,"Heat, the (1995)"\n'],
    ['tabs', 'user_id:token\titem_id:token\trating:float\ttimestamp:float\ttitle\n1\t10\t4.5\t964982703\tHeat, the (1995)\n'],
    ['JSON lines', '{"user_id":1,"asin":"10","overall":4.5,"timestamp":964982703000,"title":"Heat, the (1995)"}\n'],
    ['a JSON array', '[{"user":"1","item":10,"value":"4.5","date":"2000-07-30T18:45:03Z","name":"Heat, the (1995)"}]'],
  ])('is read with its columns guessed: %s', async (_, text) => {
    const row = { user: '1', item: '10', value: 4.5, timestamp: 964_982_703_000 };
    const wanted = { name: 'dropped', rows: [row], titles: { 10: 'Heat, the (1995)' } };
    expect(await readFile(file(text))).toEqual(wanted);
    expect(await readFile(file(new Uint8Array(gzipSync(text))))).toEqual(wanted);
  });

  it.each([
    ['colour,size\nred,1\n', /looks like the user.*colour, size/],
    ['just words', /Expected a table with a header/],
    ['user,item\n', /no rows/],
    ['{"user":1,"item":2}\n{oops\n', /Line 2 is not JSON/],
  ])('that cannot be taken says why: %j', async (text, message) => {
    await expect(readFile(file(text))).rejects.toThrow(message);
  });
});

describe('the playground', () => {
  it.each(Object.keys(sets) as (keyof typeof sets)[])(
    'has a made set that is always the same and has a title for every item: %s',
    (name) => {
      const { rows, titles } = sets[name].make();
      expect(sets[name].make().rows).toEqual(rows);
      for (const { item } of rows) expect(titles).toHaveProperty([item]);
    },
  );

  it('trains and compares models, finds titles, and says why an item is there', async () => {
    const said: Reply[] = [];
    const trained = await Trained.train(sets.dishes.make(), ['popularity', 'item-knn', 'als'], (reply) => said.push(reply));
    const scored = said.findLast((reply) => reply.type === 'scored')?.scored ?? [];
    expect(scored.map(({ family }) => family)).toContain('popularity');
    expect(scored[0].pBest).toBeUndefined();
    expect(scored.at(-1)).toMatchObject({ family: 'popularity', pBest: expect.any(Number) });
    for (const { ndcg } of scored) expect(ndcg.low < ndcg.mean && ndcg.mean < ndcg.high).toBe(true);
    const [curry] = await trained.search('curry');
    expect(curry.title).toBe('katsu curry (Japanese)');
    const { list, had } = trained.ask('item-knn', 'guest-0', []);
    expect(list).toHaveLength(10);
    for (const { item } of list) expect(had.map((each) => each.item)).not.toContain(item);
    const hits = Array.from({ length: 100 }, (_, k) => trained.ask('item-knn', `guest-${k}`, []).list.filter(({ hit }) => hit).length);
    expect(Math.max(...hits)).toBe(1); // one item of each guest was held out
    expect(hits.filter(Boolean).length).toBeGreaterThan(30);
    expect(list[0].because.length).toBeGreaterThan(0);
    expect(trained.ask('als', undefined, [curry.item]).list[0].title).toContain('Japanese');
  });
});
