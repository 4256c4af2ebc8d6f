import { generator } from '../../bench/support/random.ts';
import type { Row, Table } from './messages.ts';

/** Made sets: no data of real people, nothing to download, the same in every browser. */
export const sets = {
  books: { title: 'Book club', about: '1,200 readers with two favourite genres each, 600 books, three years of loans', make: books },
  dishes: { title: 'Lunch place', about: '400 guests, 60 dishes; what people order next depends on what they had last', make: dishes },
} as const;
export type SetName = keyof typeof sets;

const genres = {
  crime: {
    nouns: ['Witness', 'Alibi', 'Inspector', 'Cold Case', 'Verdict', 'Informer'],
    words: ['Silent', 'Last', 'Midnight', 'Second', 'Missing'],
  },
  space: {
    nouns: ['Orbit', 'Colony', 'Starship', 'Nebula', 'Airlock', 'Comet'],
    words: ['Distant', 'Broken', 'Seventh', 'Frozen', 'Drifting'],
  },
  garden: {
    nouns: ['Roses', 'Orchard', 'Compost', 'Greenhouse', 'Hedge', 'Tulips'],
    words: ['Wild', 'Small', 'Patient', 'Urban', 'Walled'],
  },
  history: {
    nouns: ['Empire', 'Treaty', 'Siege', 'Dynasty', 'Harbour', 'Republic'],
    words: ['Forgotten', 'Northern', 'Golden', 'Divided', 'Burning'],
  },
  cooking: { nouns: ['Kitchen', 'Bread', 'Noodles', 'Pickles', 'Feast', 'Spices'], words: ['Slow', 'Quick', 'Winter', 'Family', 'Street'] },
  romance: {
    nouns: ['Letters', 'Summer', 'Promise', 'Wedding', 'Stranger', 'Island'],
    words: ['Secret', 'Long', 'Unlikely', 'Lost', 'Gentle'],
  },
};
const places = ['Lisbon', 'Oslo', 'the Fens', 'Kyoto', 'the Alps', 'Dakar', 'the Coast', 'Vienna', 'the Valley', 'Lima'];
const day = 86_400_000;
const start = Date.UTC(2023, 0, 1);

/** Books of six genres with a long tail; each reader keeps to two genres four times out of five. */
function books(): Table {
  const draw = generator(11);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)];
  const names = Object.keys(genres) as (keyof typeof genres)[];
  const titles: Record<string, string> = {};
  const shelves = names.map((genre) =>
    Array.from({ length: 100 }, (_, k) => {
      const item = `${genre}-${k}`;
      const { nouns, words } = genres[genre];
      titles[item] = `The ${words[k % 5]} ${nouns[Math.floor(k / 5) % 6]} of ${places[Math.floor(k / 10) % 10]} (${genre})`;
      return item;
    }),
  );
  const rows: Row[] = [];
  for (let u = 0; u < 1200; u++) {
    const favourites = [Math.floor(draw() * 6), Math.floor(draw() * 6)];
    const taken = new Set<string>();
    const length = 6 + Math.floor(30 * draw() ** 2);
    for (let k = 0; k < length; k++) {
      const shelf = shelves[draw() < 0.8 ? pick(favourites) : Math.floor(draw() * 6)];
      const item = shelf[Math.floor(100 * draw() ** 2.2)];
      if (taken.has(item)) continue;
      taken.add(item);
      rows.push({ user: `reader-${u}`, item, value: 3 + Math.floor(draw() * 3), timestamp: start + Math.floor(draw() * 1000) * day });
    }
  }
  return { name: sets.books.title, rows, titles };
}

/** Courses in order: after a starter comes a main dish of the same cuisine, then a dessert. */
function dishes(): Table {
  const draw = generator(5);
  const cuisines = {
    Japanese: [
      'miso soup',
      'gyoza',
      'edamame',
      'seaweed salad',
      'ramen',
      'sushi',
      'udon',
      'katsu curry',
      'tempura',
      'okonomiyaki',
      'mochi',
      'matcha ice cream',
      'dorayaki',
      'anmitsu',
      'castella',
    ],
    Italian: [
      'bruschetta',
      'caprese',
      'minestrone',
      'arancini',
      'lasagne',
      'risotto',
      'gnocchi',
      'carbonara',
      'saltimbocca',
      'parmigiana',
      'tiramisu',
      'panna cotta',
      'cannoli',
      'gelato',
      'zabaione',
    ],
    Mexican: [
      'guacamole',
      'ceviche',
      'elote',
      'tortilla soup',
      'tacos',
      'enchiladas',
      'mole',
      'pozole',
      'burrito',
      'tamales',
      'churros',
      'flan',
      'tres leches',
      'paleta',
      'buñuelos',
    ],
    Indian: [
      'samosa',
      'pakora',
      'raita',
      'papdi chaat',
      'dal',
      'biryani',
      'palak paneer',
      'dosa',
      'vindaloo',
      'chana masala',
      'kulfi',
      'gulab jamun',
      'rasmalai',
      'kheer',
      'jalebi',
    ],
  };
  const titles: Record<string, string> = {};
  const menus = Object.entries(cuisines).map(([cuisine, names]) =>
    names.map((name) => {
      titles[name.replace(/\W+/g, '-')] = `${name} (${cuisine})`;
      return name.replace(/\W+/g, '-');
    }),
  );
  const rows: Row[] = [];
  for (let u = 0; u < 400; u++) {
    let time = start + Math.floor(draw() * 600) * day;
    const home = Math.floor(draw() * 4);
    const taken = new Set<string>();
    for (let visit = 0; visit < 2 + Math.floor(draw() * 4); visit++) {
      const menu = menus[draw() < 0.7 ? home : Math.floor(draw() * 4)];
      time += day * (1 + Math.floor(draw() * 20));
      for (const [from, width] of [
        [0, 4],
        [4, 6],
        [10, 5],
      ]) {
        const item = menu[from + Math.floor(width * draw() ** 1.6)];
        time += 1_200_000;
        if (!taken.has(item)) rows.push({ user: `guest-${u}`, item, timestamp: time });
        taken.add(item);
      }
    }
  }
  return { name: sets.dishes.title, rows, titles };
}
