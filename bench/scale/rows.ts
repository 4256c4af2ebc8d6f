/** One rating. */
interface Row {
  user: number;
  item: number;
  value: number;
}

/** Share of users and items that a hundred million ratings have. */
const perUser = 100;
const perItem = 1000;

/**
 * Ratings as a site would have them, made one by one: 100 a user and 1,000 an item on average, items by Zipf's law; user and item belong to
 * one of 32 tastes, which agree in three of four ratings. The same for the same count.
 */
export function* generatedRows(count: number): Generator<Row> {
  const users = Math.ceil(count / perUser);
  const items = Math.ceil(count / perItem);
  let state = 0x2545f491;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const row = { user: 0, item: 0, value: 1 };
  for (let k = 0; k < count; k++) {
    row.user = Math.floor(users * random() ** 1.5);
    const rank = Math.floor(items ** random()) - 1;
    const taste = row.user % 32;
    row.item = random() < 0.75 ? Math.min(items - 1, rank - (rank % 32) + taste) : rank;
    row.value = 1 + Math.floor(random() * 4);
    yield row;
  }
}
