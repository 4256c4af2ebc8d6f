import { mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Interactions } from 'attune';
import { type ReaderInput, readCsv, readTable, type TableOptions } from 'attune/node';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { storedZstd } from '../../support/stored-zstd.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const coded = (code: string, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) });

async function all(input: ReaderInput, options?: TableOptions) {
  const rows: Record<string, unknown>[] = [];
  for await (const row of readTable(input, options)) rows.push(row);
  return rows;
}

const write = (content: string | Uint8Array) => folder.write(`file-${Math.random()}`, content); // a name that says nothing
async function* inPieces(content: string | Uint8Array, size: number) {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const rows = [
  { user: 'ann', item: 'tea', value: '5' },
  { user: 'bob', item: 'jam', value: '4' },
];
const csv = 'user,item,value\nann,tea,5\nbob,jam,4\n';
const json = rows.map((row) => JSON.stringify(row));

describe('readTable tells by content', () => {
  it.each([
    ['CSV', csv],
    ['CRLF', csv.replaceAll('\n', '\r\n')],
    ['CR', csv.replaceAll('\n', '\r')],
    ['CR without one at the end', csv.replaceAll('\n', '\r').trimEnd()],
    ['tabs', csv.replaceAll(',', '\t')],
    ['semicolons', csv.replaceAll(',', ';')],
    ['double colons', csv.replaceAll(',', '::')],
    ['blanks', csv.replaceAll(',', '   ')],
    ['blanks after commas', csv.replaceAll(',', ', ')],
    ['gzip', gzipSync(csv)],
    ['gzip in gzip', gzipSync(gzipSync(csv))],
    ['JSON lines', json.join('\n')],
    ['JSON lines with CR', json.join('\r')],
    ['JSON lines after a blank one', `\n${json.join('\n\n')}`],
    ['a JSON array', `[${json}]`],
    ['a JSON array over lines', JSON.stringify(rows, null, 2)],
    ['JSON in gzip', gzipSync(`[${json}]`)],
    ['an object with data', `{"data":[${json}]}`],
    ['an object with data over lines', JSON.stringify({ version: [1, 2], about: { rows: 2 }, data: rows, more: [{ a: 1 }] }, null, 1)],
    ['an object with products, as of an API', `{"total":2,"products":[${json}]}`],
    ['an object with Items, as of DynamoDB', `{"Count":2,"Pages":{"of":[1]},"Items":[${json}],"ScannedCount":2}`],
    [
      'dicts with texts in parts, as pprint writes them',
      "[{'user': ('a' \n 'nn'),\n  'item': 'tea',\n  'value': '5'},\n {'user': 'bob', 'item': 'j' \"a\"\n 'm', 'value': '4'}]",
    ],
    ['dicts of Python', "{'user': u'ann', 'item': \"tea\", 'value': '5'}\n{'user': 'bob', 'item': 'j\\x61m', 'value': '4',}\n"],
    ['a list of dicts', "[{'user': u'ann', 'item': \"tea\", 'value': '5'}, {'user': 'bob', 'item': 'j\\x61m', 'value': '4'}]"],
    [
      'a list of dicts over lines',
      "[{'user': 'ann',\n  'item': 'tea',\n  'value': '5'},\n {'user': 'bob', 'item': 'jam', 'value': '4'}]\n",
    ],
  ])('%s', async (_, content) => {
    expect(await all(write(content))).toEqual(rows);
    for (const size of [1, 3, 1000]) expect(await all(inPieces(content, size))).toEqual(rows);
  });

  it('quotes and braces in the texts of a list of dicts', async () => {
    const content = `[{'user': "ann's", 'item': 'a "b" }, {', 'value': None}, {'user': 'bob\\'s ]', 'item': '{', 'value': 1}]`;
    const expected = [
      { user: "ann's", item: 'a "b" }, {', value: null },
      { user: "bob's ]", item: '{', value: 1 },
    ];
    for (const size of [1, 3, 1000]) expect(await all(inPieces(content, size))).toEqual(expected);
  });

  it('objects in one line that hold rows, however long the line is', async () => {
    const many = Array.from({ length: 5000 }, (_, k) => ({ user: `u${k}`, item: 'tea [', tags: [k] }));
    expect(await all(write(JSON.stringify({ total: 5000, page: { of: [1, 2] }, note: '[{', items: many })))).toEqual(many);
    const orders = { order: 7, items: many };
    expect(await all(write(JSON.stringify(orders)))).toEqual([orders]); // an order with its items is a row
    expect(await all(write(`${JSON.stringify(orders)}\n${JSON.stringify(orders)}`))).toEqual([orders, orders]);
  });

  it('zstd', async () => expect(await all(write(storedZstd(Buffer.from(csv))))).toEqual(rows));

  it('Parquet files, folders of files, and columns that folders name', async () => {
    const columnData = [
      { name: 'user', data: ['ann', 'bob'], type: 'STRING' as const },
      { name: 'item', data: ['tea', 'jam'], type: 'STRING' as const },
    ];
    const parquet = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect(await all(write(parquet), { columns: ['item'] })).toEqual([{ item: 'tea' }, { item: 'jam' }]);
    await expect(all(Readable.from([Buffer.from(parquet)]))).rejects.toThrow(coded('ERR_BAD_FILE', 'a path'));
    for (const year of ['year=2014', 'year=2015/country=C%C3%B4te', 'empty']) mkdirSync(`${folder.path}/set/${year}`, { recursive: true });
    folder.write('set/_SUCCESS', '');
    folder.write('set/year=2014/.part.crc', 'x');
    folder.write('set/year=2014/a', parquet);
    folder.write('set/year=2015/country=C%C3%B4te/a.csv', csv);
    expect(await all(`${folder.path}/set`)).toEqual([
      { user: 'ann', item: 'tea', year: '2014' },
      { user: 'bob', item: 'jam', year: '2014' },
      { ...rows[0], year: '2015', country: 'Côte' },
      { ...rows[1], year: '2015', country: 'Côte' },
    ]);
    await expect(all(`${folder.path}/set/empty`)).rejects.toThrow(coded('ERR_BAD_FILE', 'got none'));
    await expect(all(`${folder.path}/nothing`)).rejects.toThrow(coded('ERR_NOT_FOUND'));
  });

  it.each([
    ['bzip2', 'BZh91AY&SY'],
    ['tar', `${'ratings.csv'.padEnd(257, '\0')}ustar`],
    ['Git LFS', 'version https://git-lfs.github.com/spec/v1\n'],
    ['xz', '\xfd7zXZ\0\0'],
    ['zip', 'PK\x03\x04 ratings.csv'],
    ['xlsx', 'PK\x03\x04 [Content_Types].xml'],
    ['Feather', 'ARROW1\0\0'],
    ['HDF5', '\x89HDF\r\n\x1a\n'],
    ['SQLite', 'SQLite format 3\0'],
    ['pickle', '\x80\x04\x95'],
    ['pickle', '(lp0\n(dp1\nVuser\n'],
    ['pickle', 'ccopy_reg\n_reconstructor\n'],
    ['pickle', ']q\0(}q\x01(X'],
    ['zip', 'PK\x05\x06'],
    ['zlib', 'x\x9c\x8b'],
    ['encrypted Parquet', 'PARE'],
    ['SAS', '\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14'],
    ['Stata', 'r\x02\x01\0'],
    ['Matrix Market', '%%MatrixMarket matrix coordinate real general\n2 2 2\n'],
    ['ARFF', '% ratings\n@RELATION r\n@attribute user numeric\n'],
    ['HTML', '<!-- sorry -->\n<html><body>'],
    ['XML', '<Error><Code>NoSuchKey</Code></Error>'],
    ['binary data', 'GIF89a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'],
  ])('%s, and says what to do instead of reading it', async (name, begin) => {
    const content = Buffer.from(begin.padEnd(40), 'latin1');
    for (const bytes of [content, gzipSync(content)]) {
      await expect(all(write(bytes))).rejects.toThrow(coded('ERR_BAD_FILE', name));
      await expect(readCsv(write(bytes))[Symbol.asyncIterator]().next()).rejects.toThrow(coded('ERR_BAD_FILE', name));
      await expect(all(inPieces(bytes, 7))).rejects.toThrow(coded('ERR_BAD_FILE', name));
    }
  });
});

describe('texts', () => {
  it('with quotes as letters are read as they are', async () => {
    const content = 'user\titem\ttitle\tvalue\nann\ta\t"Magic pan\t4\ncat\tb\tKettle\t3\ndan\tc\tScreen 15"\t2\n';
    const expected = ['"Magic pan', 'Kettle', 'Screen 15"'];
    expect((await all(write(content))).map((row) => row.title)).toEqual(expected);
    expect((await all(write(content), { quote: false })).map((row) => row.title)).toEqual(expected);
    await expect(readCsv(write(content))[Symbol.asyncIterator]().next()).rejects.toThrow(coded('ERR_BAD_ROW', 'quote: false'));
  });

  it('in quotes that hold tabs or lines are no letters, as spreadsheets write them', async () => {
    const content = 'user\tnote\nann\t"one\ttwo"\nbob\t"one\r\ntwo ""2"" \n"\ncat\tthree\n';
    const expected = ['one\ttwo', 'one\r\ntwo "2" \n', 'three'];
    expect((await all(write(content))).map((row) => row.note)).toEqual(expected);
    expect((await all(write(content.replaceAll('\t', '|')))).map((row) => row.note)).toEqual(['one|two', ...expected.slice(1)]);
    const escaped = 'user\tnote\nann\t"a \\"b\\"\nc"\n';
    expect((await all(write(escaped))).map((row) => row.note)).toEqual(['a "b"\nc']);
  });

  it('with quotes as letters are read as they are between bars and double colons too', async () => {
    for (const delimiter of ['|', '::']) {
      const content = `item|title|genre\n1|"Great Performances" Cats|Musical\n2|"Open|Drama\n`.replaceAll('|', delimiter);
      expect((await all(write(content))).map((row) => row.title)).toEqual(['"Great Performances" Cats', '"Open']);
    }
  });

  it('with more commas in the first line than there are tabs do not make it a file of commas', async () => {
    const content = 'ann\tx\tbrown, soft, warm, new\nbob\ty\tred, old\n';
    expect(await all(write(content), { header: ['user', 'item', 'note'] })).toEqual([
      { user: 'ann', item: 'x', note: 'brown, soft, warm, new' },
      { user: 'bob', item: 'y', note: 'red, old' },
    ]);
  });

  it('with a backslash before quotes, delimiters and other letters', async () => {
    const content = '"user";"title"\n"ann";"The \\"Best\\" Book"\n"bob";"a""b\\\\"\n';
    const expected = ['The "Best" Book', 'a"b\\'];
    expect((await all(write(content))).map((row) => row.title)).toEqual(expected);
    for (let size = 1; size < 20; size++)
      expect((await all(inPieces(content, size), { escape: '\\' })).map((row) => row.title)).toEqual(expected);
    const endsIn = 'user::title\n"ann"::"C:\\"::\n"bob\\"::"x"::\n';
    expect(await all(write(endsIn), { header: ['user', 'title', 'more'], skipLines: 1 })).toEqual([
      { user: 'ann', title: 'C:\\', more: '' },
      { user: 'bob\\', title: 'x', more: '' },
    ]);
    expect(await all(write(endsIn.replaceAll('::', '~')), { delimiter: '~', header: ['user', 'title', 'more'], skipLines: 1 })).toEqual([
      { user: 'ann', title: 'C:\\', more: '' },
      { user: 'bob\\', title: 'x', more: '' },
    ]);
    expect(await all(write('a,b\n1\\,2,3\n'), { escape: '\\' })).toEqual([{ a: '1,2', b: '3' }]);
    await expect(readCsv(write(content))[Symbol.asyncIterator]().next()).rejects.toThrow(coded('ERR_BAD_ROW', "escape: '\\\\'"));
  });

  it('apart by two colons, whatever else is in them', async () => {
    const header = ['item', 'title', 'genres'];
    const films = "1::Toy Story (1995)::Animation|Children's|Comedy\n2::American President, The (1995)::Comedy|Drama|Romance\n";
    expect(await all(write(films), { header })).toEqual([
      { item: '1', title: 'Toy Story (1995)', genres: "Animation|Children's|Comedy" },
      { item: '2', title: 'American President, The (1995)', genres: 'Comedy|Drama|Romance' },
    ]);
    expect(await all(write('name,space\na,std::vector\n'))).toEqual([{ name: 'a', space: 'std::vector' }]);
  });

  it('in Latin-1 and UTF-16, which an error names', async () => {
    const content = Buffer.from('user,item\nJosé,x\n', 'latin1');
    await expect(all(write(content))).rejects.toThrow(coded('ERR_BAD_ROW', "pass encoding: 'latin1'"));
    await expect(all(write(content))).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining('onBadLine') }));
    expect(await all(write(content), { encoding: 'latin1' })).toEqual([{ user: 'José', item: 'x' }]);
    expect(await all(write(gzipSync(content)), { encoding: 'latin1' })).toEqual([{ user: 'José', item: 'x' }]);
    const wide = Buffer.from('\ufeffuser,item\nJosé,日\n', 'utf16le');
    await expect(all(write(wide))).rejects.toThrow(coded('ERR_BAD_FILE', "encoding: 'utf-16le'"));
    for (const size of [1, 1000]) expect(await all(inPieces(wide, size), { encoding: 'utf-16le' })).toEqual([{ user: 'José', item: '日' }]);
  });

  it('with comments, and columns apart by blanks', async () => {
    expect(await all(write(`# made by hand\n${csv}# the end`), { comment: '#' })).toEqual(rows);
    const columns = '  ann \t tea 5 \n\n   \nbob   jam 4';
    const header = ['user', 'item', 'value'];
    for (let size = 1; size < 12; size++) expect(await all(inPieces(columns, size), { delimiter: 'blanks', header })).toEqual(rows);
  });

  it('of Python with all escapes, words and numbers, and NaN in JSON', async () => {
    const content = `{'a': u'\\U0001F600\\u00e9\\'', "b": None, 'c': [True, False, (1, 2.5e1)], 'd': 9007199254740993L, '__proto__': {}}`;
    const [row] = await all(write(content));
    expect([row.a, row.b, row.c, row.d, Object.keys(row)]).toEqual([
      "😀é'",
      null,
      [true, false, [1, 25]],
      9007199254740993n,
      ['a', 'b', 'c', 'd', '__proto__'],
    ]);
    expect(await all(write('{"user":"ann","votes":NaN}\n{"user":"bob","votes":-Infinity}'))).toEqual([
      { user: 'ann', votes: Number.NaN },
      { user: 'bob', votes: Number.NEGATIVE_INFINITY },
    ]);
    await expect(all(write("{'a': 1}\n{'a': __import__('os')}\n"))).rejects.toThrow(coded('ERR_BAD_ROW', 'line 2'));
  });

  it('that are cut off or damaged are errors, or lose that row only', async () => {
    await expect(all(write(`[${json[0]},`))).rejects.toThrow(coded('ERR_BAD_ROW', 'end of the JSON document'));
    const damaged = `[\n${json[0]},\n{"user": oops},\n${json[1]}]`;
    await expect(all(write(damaged))).rejects.toThrow(coded('ERR_BAD_ROW', 'line 3'));
    expect(await all(write(damaged), { onBadLine: 'skip' })).toEqual(rows);
    expect(await all(write('[]'))).toEqual([]);
    expect(await all(write(''))).toEqual([]);
  });
});

describe('what is no table is an error that says what it is', () => {
  it.each([
    ['a page that a server sent instead', '<!DOCTYPE html>\n<html><body>Not found</body></html>', 'HTML'],
    ['XML', '<?xml version="1.0"?>\n<rows/>', 'XML'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', 'Git LFS'],
    ['a MAT file', Buffer.from(`MATLAB 5.0 MAT-file, Platform: x${' '.repeat(90)}\0\x01IM`), 'MAT'],
    ['a file of R, in gzip as R writes it', gzipSync(Buffer.from('X\n\0\0\0\x03abc', 'latin1')), 'rds'],
    ['compress', Buffer.from('\x1f\x9dabcdefgh', 'latin1'), 'compress'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\nabcdefgh', 'latin1'), 'png'],
    ['JSON arrays of values', '[["ann","tea",5],["bob","jam",4]]', 'array of objects'],
    ['a JSON object without rows', '{\n  "user": "ann"\n}\n', 'array of objects'],
    ['UTF-16 without a mark', Buffer.from(csv, 'utf16le'), "'utf-16le'"],
  ])('%s', async (_, content, message) => {
    await expect(all(write(content))).rejects.toEqual(coded('ERR_BAD_FILE', message));
  });

  it('but JSON without rows has none', async () => {
    for (const content of ['[]', '{ "data": [] }', '[ \n]\n', '{"meta":{"page":[1]},"total":0,"results":[],"next":null}'])
      expect(await all(write(content))).toEqual([]);
  });

  it('lines that were cut out of a JSON array are rows', async () => {
    expect(await all(write(`${json.join(',\n')},\n`))).toEqual(rows);
    expect(await all(write(`${json.join(',\n')}\n`))).toEqual(rows);
  });

  it('the error of a file with comments names the option', async () => {
    await expect(all(write(`# made by hand\n${csv}`))).rejects.toEqual(coded('ERR_BAD_ROW', "pass comment: '#'"));
  });

  it('the error of a file without names says so', async () => {
    const from = Interactions.from(readTable(write('1::1193::5::978300760\n1::661::3::978302109\n')));
    await expect(from).rejects.toEqual(coded('ERR_BAD_ID', 'pass header: false or a preset'));
  });
});

describe('a long read', () => {
  const many = Array.from({ length: 5000 }, (_, k) => ({ user: `u${k}`, item: `i${k % 7}`, value: String(k % 5) }));
  const files: [string, string | Uint8Array][] = [
    ['CSV', `user,item,value\n${many.map((row) => Object.values(row).join()).join('\n')}\n`],
    ['JSON lines', many.map((row) => `${JSON.stringify(row)}\n`).join('')],
    ['a JSON array', JSON.stringify(many)],
    ['gzip', gzipSync(`user,item,value\n${many.map((row) => Object.values(row).join()).join('\n')}\n`)],
    [
      'Parquet',
      new Uint8Array(
        parquetWriteBuffer({
          columnData: (['user', 'item', 'value'] as const).map((name) => ({ name, data: many.map((row) => row[name]), type: 'STRING' })),
          rowGroupSize: 900,
        }),
      ),
    ],
  ];

  it.each(files)('of %s goes on where it was left', async (_, content) => {
    const path = write(content);
    for (const stop of [0, 1, 1023, 1024, 3500, 5000]) {
      const reader = readTable(path);
      const found: Record<string, unknown>[] = [];
      if (stop > 0)
        for await (const row of reader) {
          found.push(row);
          if (found.length === stop) break;
        }
      expect(reader.position).toBe(stop);
      const rest = readTable(path, { from: reader.position });
      for await (const row of rest) found.push(row);
      expect(found).toEqual(many);
      expect(rest.position).toBe(5000);
    }
    expect(await all(path, { from: 5001 })).toEqual([]);
    expect(() => readTable(path, { from: -1 })).toThrow(coded('ERR_BAD_OPTION', 'from'));
  });

  it('counts the rows of batches', async () => {
    const reader = readTable(write(files[0][1]), { from: 100 });
    let count = 100;
    for await (const batch of reader.batches()) expect(reader.position).toBe((count += batch.length));
    expect(count).toBe(5000);
  });
});

describe('a preset', () => {
  const expected = [{ user: '1', item: '7', value: 5, timestamp: 978300760000 }];
  it.each([
    ['movielens', '1::7::5::978300760\n'],
    ['movielens', '1\t7\t5\t978300760\n'],
    ['movielens', 'userId,movieId,rating,timestamp\r\n1,7,5.0,978300760\r\n'],
    ['recbole', 'user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t7\t5.0\t978300760.0\n'],
    ['amazon-2014', "{'reviewerID': '1', 'asin': '7', 'overall': 5.0, 'unixReviewTime': 978300760}"],
    ['amazon-2014', '{"reviewerID": "1", "asin": "7", "overall": 5.0, "unixReviewTime": 978300760}'],
    ['amazon-2014', '1,7,5.0,978300760\n'],
    ['amazon-2018', '7,1,5.0,978300760\n'],
    ['amazon-2018', '{"reviewerID": "1", "asin": "7", "overall": 5.0, "unixReviewTime": 978300760}'],
    ['amazon-2023', '{"user_id": "1", "parent_asin": "7", "asin": "8", "rating": 5.0, "timestamp": 978300760000}'],
    ['amazon-2023', 'user_id,parent_asin,rating,timestamp\n1,7,5.0,978300760000\n'],
  ] as const)('of %s makes interactions without options', async (preset, content) => {
    expect([...(await Interactions.from(readTable(write(content), { preset })))]).toEqual(expected);
  });

  it('of Netflix reads blocks, and of LightGCN lists', async () => {
    const netflix = await Interactions.from(
      readTable(write('7:\n1,5,2001-01-01\n2,3,2001-01-02\n8:\n1,4,2001-01-03\n'), { preset: 'netflix' }),
    );
    expect([...netflix].map(({ user, item, value, timestamp }) => [user, item, value, timestamp])).toEqual([
      ['1', '7', 5, Date.UTC(2001, 0, 1)],
      ['2', '7', 3, Date.UTC(2001, 0, 2)],
      ['1', '8', 4, Date.UTC(2001, 0, 3)],
    ]);
    await expect(all(write('7:\n1,5,2001-01-01\n'))).rejects.toThrow(coded('ERR_BAD_ROW', "preset: 'netflix'"));
    await expect(all(write('1,5,2001-01-01\n'), { preset: 'netflix' })).rejects.toThrow(coded('ERR_BAD_ROW', 'line 1'));
    const lists = await Interactions.from(readTable(write('0 5 6\n1\n2 5 \n'), { preset: 'lightgcn' }));
    expect([...lists].map(({ user, item }) => `${user}-${item}`)).toEqual(['0-5', '0-6', '2-5']);
  });
});
