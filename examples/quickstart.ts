import { AlsRecommender, Interactions, SemanticIndex } from 'attune';

// Who liked which recipe, 1 to 5.
const ratings = await Interactions.from([
  { user: 'Alice', item: 'ramen', value: 5 },
  { user: 'Alice', item: 'gyoza', value: 5 },
  { user: 'Alice', item: 'sushi', value: 4 },
  { user: 'Bob', item: 'ramen', value: 4 },
  { user: 'Bob', item: 'sushi', value: 5 },
  { user: 'Carol', item: 'lasagne', value: 5 },
  { user: 'Carol', item: 'tiramisu', value: 4 },
  { user: 'Carol', item: 'risotto', value: 5 },
  { user: 'Dan', item: 'lasagne', value: 4 },
  { user: 'Dan', item: 'risotto', value: 4 },
]);
const als = await new AlsRecommender({ factors: 2, seed: 7 }).fit(ratings);

console.log('Bob may like', als.recommend('Bob', { n: 2 }));
console.log('A visitor who had lasagne may like', als.recommendFor(['lasagne'], { n: 2 }));
console.log('Like ramen:', als.similarItems('ramen', { n: 2 }));

const recipes = await SemanticIndex.build([
  { id: 'ramen', text: 'Ramen: noodle soup with pork, egg and seaweed' },
  { id: 'gyoza', text: 'Gyoza: fried dumplings with cabbage and ginger' },
  { id: 'risotto', text: 'Risotto: creamy rice with saffron and parmesan' },
  { id: 'tiramisu', text: 'Tiramisu: dessert with coffee and mascarpone' },
]);
console.log('Search "noodles in a soup":', await recipes.search('noodles in a soup', { n: 1 }));
