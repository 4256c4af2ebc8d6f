import { shown } from '../errors.ts';

/** What the columns of an interaction are called in the data sets of this field, the likeliest first; letters and digits only. */
const usual = {
  user: [
    'user',
    'userid',
    'reviewerid',
    'customerid',
    'uid',
    'visitorid',
    'accountid',
    'memberid',
    'customer',
    'reviewer',
    'profilename',
    'username',
  ],
  item: [
    'item',
    'itemid',
    'parentasin',
    'asin',
    'productid',
    'movieid',
    'bookid',
    'isbn',
    'iid',
    'sku',
    'businessid',
    'articleid',
    'trackid',
    'songid',
    'product',
    'movie',
  ],
  value: [
    'value',
    'rating',
    'ratings',
    'score',
    'overall',
    'stars',
    'star',
    'starrating',
    'reviewrating',
    'reviewscore',
    'reviewoverall',
    'bookrating',
    'userrating',
    'userscore',
    'rate',
  ],
  timestamp: ['timestamp', 'time', 'unixreviewtime', 'reviewtime', 'datetime', 'date', 'reviewdate', 'createdat', 'sorttimestamp', 'ts'],
} as const;

/** The column that most likely is the user, item, value or timestamp, or undefined. */
export function likelyColumn(what: keyof typeof usual, columns: readonly string[]): string | undefined {
  const plain = columns.map((name) =>
    name
      .replace(/:.*$/s, '')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  );
  for (const name of usual[what]) {
    const at = plain.indexOf(name);
    if (at >= 0) return columns[at];
  }
  return undefined;
}

/** For messages: the columns of a row, and which of them are likely meant. */
export function columnsThereAre(row: object): string {
  const columns = Object.keys(row);
  const likely = (['user', 'item', 'value', 'timestamp'] as const).flatMap((what) => {
    const column = likelyColumn(what, columns);
    return column === undefined ? [] : [`${what}: ${shown(column)}`];
  });
  const more = columns.length > 40 ? `, and ${columns.length - 40} more` : '';
  const numbers = columns.every((name) => /^[\d\s.,:eE+-]+$/.test(name)) && columns.some((name, k) => name !== String(k));
  const header = numbers ? 'They look like values: if the file has no line of names, pass header: false or a preset to its reader. ' : '';
  return `The columns are ${columns.slice(0, 40).map(shown).join(', ')}${more}. ${likely.length > 0 ? `Likely: { ${likely.join(', ')} }. ` : ''}${header}`;
}
