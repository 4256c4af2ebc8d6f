/** How the data sets of this field call their columns, and what their files look like where content alone does not say. */
export type TablePreset = 'movielens' | 'recbole' | 'amazon-2014' | 'amazon-2018' | 'amazon-2023' | 'netflix' | 'lightgcn';

/** All presets. */
export const tablePresets: readonly TablePreset[] = [
  'movielens',
  'recbole',
  'amazon-2014',
  'amazon-2018',
  'amazon-2023',
  'netflix',
  'lightgcn',
];

/** What a preset says about files of rows. */
export interface Preset {
  /** New names of columns, which come as `user`, `item`, `value` and `timestamp`; the others keep theirs. */
  names: Readonly<Record<string, string>>;
  /** The columns of files that do not name them. */
  header?: readonly string[] | undefined;
}

const amazonReviews = { reviewerID: 'user', asin: 'item', overall: 'value', unixReviewTime: 'timestamp' };

export const presets: Readonly<Record<Exclude<TablePreset, 'netflix' | 'lightgcn'>, Preset>> = {
  // u.data and ratings.dat have no header, ratings.csv has
  movielens: { names: { userId: 'user', movieId: 'item', rating: 'value' }, header: ['user', 'item', 'value', 'timestamp'] },
  recbole: { names: { user_id: 'user', item_id: 'item', rating: 'value' } },
  // the files "ratings only" have no header, and another order in 2018
  'amazon-2014': { names: amazonReviews, header: ['user', 'item', 'value', 'timestamp'] },
  'amazon-2018': { names: amazonReviews, header: ['item', 'user', 'value', 'timestamp'] },
  'amazon-2023': { names: { user_id: 'user', parent_asin: 'item', rating: 'value' } },
};

/** The names of the columns under a preset; the types that RecBole writes behind them are dropped. */
export function presetNames(preset: TablePreset, names: readonly string[]): readonly string[] {
  const { names: renamed } = presets[preset as keyof typeof presets];
  const plain = preset === 'recbole' ? names.map((name) => name.replace(/:(token|token_seq|float|float_seq)$/, '')) : names;
  return plain.map((name) => (Object.hasOwn(renamed, name) && !plain.includes(renamed[name]) ? renamed[name] : name));
}

/** Lines of Netflix: `7:` begins the block of a movie, then come `user,rating,date`. */
export function netflixLines(): (text: string) => object | string | undefined {
  let item: string | undefined;
  return (text) => {
    const line = text.trim();
    if (line === '') return undefined;
    if (/^[^,]+:$/.test(line)) {
      item = line.slice(0, -1);
      return undefined;
    }
    const [user, value, timestamp, ...more] = line.split(',');
    if (item === undefined || !value || more.length > 0)
      return `expected a movie such as "7:" or a line "user,rating,date", got ${JSON.stringify(line)}`;
    return timestamp ? { user, item, value, timestamp } : { user, item, value };
  };
}

/** Lines of LightGCN: a user, then the items of that user. */
export function lightgcnLine(text: string): object[] | undefined {
  const [user, ...items] = text.trim().split(/\s+/);
  return user ? items.map((item) => ({ user, item })) : undefined;
}
