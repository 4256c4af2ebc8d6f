/** Which model for which data: the questions of the page, and the code that follows from the answers. */

export const questions = {
  goal: {
    text: 'What should the list answer?',
    answers: {
      taste: 'What would this person like?',
      next: 'What comes next, after what they just did?',
      together: 'What goes with this item?',
      rating: 'How would they rate it?',
    },
  },
  history: {
    text: 'How much do you know about a typical person?',
    answers: { few: 'one to five interactions', some: 'some dozen', many: 'hundreds' },
  },
  items: {
    text: 'How many items?',
    answers: { small: 'up to 20,000', large: 'more' },
  },
  fresh: {
    text: 'Must new items show before anybody touched them?',
    answers: { no: 'no', yes: 'yes, and they have titles or descriptions' },
  },
} as const;

export type Question = keyof typeof questions;
export type Answers = { [Q in Question]: keyof (typeof questions)[Q]['answers'] & string };

export interface Advice {
  /** Class of the model. */
  model: string;
  why: string;
  /** A program that reads ratings.csv, trains, measures against popular items, and keeps the model. */
  code: string;
}

interface Choice {
  model: string;
  options: string;
  why: string;
}

function choose({ goal, history, items }: Answers): Choice {
  if (goal === 'rating')
    return {
      model: 'AlsRecommender',
      options: "{ factors: 32, feedback: 'explicit', biases: true, regularization: 5, seed: 1 }",
      why: 'It predicts the ratings themselves, with the means of user and item taken out. For a list of what to show, taste is the better goal: people rate what they chose.',
    };
  if (goal === 'next')
    return history === 'few'
      ? {
          model: 'SequenceLinearRecommender',
          options: '',
          why: 'The next item from a decayed past, in closed form: it trains in seconds and is hard to beat on short sessions.',
        }
      : {
          model: 'SasRecRecommender',
          options: '{ epochs: 30, seed: 1 }',
          why: 'With long ordered histories attention over the sequence can say more than a linear model; it trains for minutes. Compare it with SequenceLinearRecommender.',
        };
  if (goal === 'together')
    return {
      model: 'ItemKnnRecommender',
      options: '',
      why: 'It counts what is chosen together, so every neighbour can be explained, and there is nothing to train.',
    };
  if (history === 'many' || (history === 'few' && items === 'large'))
    return {
      model: 'AlsRecommender',
      options: '{ factors: 64, seed: 1 }',
      why: 'Factors share what is known between items, which helps with long histories and where items have few interactions each. Visitors are folded in exactly.',
    };
  if (items === 'small')
    return {
      model: 'EaseRecommender',
      options: '',
      why: 'A closed form with a single number to tune, near the top on most sets of this size. It needs memory for items × items.',
    };
  return {
    model: 'GraphFilterRecommender',
    options: '',
    why: 'On large sparse catalogues few trained models rank better, and nothing is trained.',
  };
}

/** The model for these answers, and a program to begin with. */
export function advise(answers: Answers): Advice {
  const { model, options, why } = choose(answers);
  const fresh = answers.fresh === 'yes';
  const more = fresh
    ? ' A search index over titles joins it in a HybridRanker, so that an item is found by what it says from its first minute.'
    : '';
  return { model, why: why + more, code: program(model, options, answers, fresh) };
}

function program(model: string, options: string, { goal }: Answers, fresh: boolean): string {
  const rating = goal === 'rating';
  const imports = [
    'compare',
    'evaluate',
    'Interactions',
    'PopularityRecommender',
    'split',
    model,
    ...(fresh ? ['HybridRanker', 'SemanticIndex'] : []),
  ];
  const lines = [
    `import { ${imports
      .filter((name) => !(rating && /^(compare|PopularityRecommender)$/.test(name)) || (fresh && name === 'PopularityRecommender'))
      .sort(byName)
      .join(', ')} } from 'attune';`,
    `import { fileModelStore, readTable } from 'attune/node';`,
    '',
    `const ratings = await Interactions.from(readTable('ratings.csv')); // columns user, item, value, timestamp; or say which: { user: 'customer_id' }`,
    `const { train, test } = split(ratings, { strategy: '${goal === 'next' ? 'leave-last-out' : 'per-user'}', seed: 1 });`,
    '',
    `const make = () => new ${model}(${options});`,
    `const model = await make().fit(train);`,
    ...(rating
      ? [`console.log(String(await evaluate(model, { train, test, metrics: ['rmse', 'mae'] })));`]
      : [
          `const report = await evaluate(model, { train, test, k: 10 });`,
          `const popular = await evaluate(await new PopularityRecommender().fit(train), { train, test, k: 10 });`,
          `console.log(String(compare(report, popular, 'ndcg@10'))); // is it better than showing what is popular?`,
        ]),
    '',
    `const served = await make().fit(ratings); // on everything`,
    `await served.save(fileModelStore('models'), 'shop');`,
    goal === 'together' ? `served.similarItems(ratings.items.idAt(0), { n: 10 });` : `served.recommend(ratings.users.idAt(0), { n: 10 });`,
    ...(fresh
      ? [
          '',
          `const index = await SemanticIndex.build(readTable<{ id: string; title: string }>('items.csv'), { text: 'title' });`,
          `const popularNow = await new PopularityRecommender().fit(ratings);`,
          `const ranker = new HybridRanker({ sources: { model: served, semantic: index, popular: popularNow } });`,
          `await ranker.rank({ user: ratings.users.idAt(0) }, { n: 10 });`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

const byName = (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);
