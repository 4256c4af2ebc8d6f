import { existsSync } from 'node:fs';
import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { count, facts } from '../cli/table.ts';
import type { EtlSummary } from '../etl/run.ts';
import { defaults, paths } from '../settings.ts';
import { places } from './options.ts';

export const etl = command({
  name: 'etl',
  summary: 'loads files of reviews and products into the database',
  options: {
    ...places,
    reviews: {
      type: 'text',
      help: 'CSV, TSV, JSON, JSON Lines or Parquet, also .gz; field names of 2014, 2018 or 2023 (default: the generated sample)',
    },
    products: { type: 'text', help: 'product metadata, in any of these formats; without it products have nothing but an id' },
    columns: {
      type: 'text',
      help: 'names of columns, where they are others: user=buyer,item=sku,value=stars,time=when',
    },
    encoding: {
      type: 'choice',
      choices: ['utf-8', 'latin1', 'utf-16le', 'utf-16be'],
      help: 'how the letters of the files are written',
      default: 'utf-8',
    },
    minInteractions: {
      type: 'integer',
      help: 'leave out users and products with fewer ratings',
      default: defaults.etl.minInteractions,
      min: 1,
    },
    sampleFraction: {
      type: 'number',
      help: 'fraction of the users to keep, each with all their ratings',
      default: defaults.etl.sampleFraction,
      min: 0.000001,
      max: 1,
    },
    sampleSeed: { type: 'integer', help: 'seed of that sampling', default: defaults.etl.sampleSeed },
    unknownProducts: {
      type: 'choice',
      choices: ['stub', 'reject'],
      help: 'what to do with a rating of a product without metadata',
      default: defaults.etl.unknownProducts,
    },
  },
  async run({ reviews, products, columns, ...options }) {
    const { runEtl } = await import('../etl/run.ts');
    const { readFieldNames } = await import('../etl/review.ts');
    const sample = paths(options.dataDir);
    const isSample = reviews === undefined && existsSync(sample.reviews);
    const summary = await runEtl(
      {
        ...options,
        columns: columns === undefined ? undefined : readFieldNames(columns),
        reviews: reviews ?? sample.reviews,
        products: products ?? (isSample ? sample.products : undefined),
      },
      withProgress,
    );
    console.log(describeEtl(summary));
    console.log(paths(options.dataDir).quality);
  },
});

/** What was read, what was stored, and where the rest is. */
export function describeEtl({ reviews, products, users, ratedProducts, meanRating, rejects, brokenRules }: EtlSummary): string {
  const rejected = Object.entries(rejects);
  return [
    '',
    facts([
      ['review rows read', reviews.rows],
      ...rejected.map(([reason, n]): [string, number] => [`  ${reason}`, -n]),
      ...(reviews.notSampled > 0 ? [['  user not in the sample', -reviews.notSampled] as [string, number]] : []),
      ...(reviews.tooFew > 0 ? [['  too few ratings', -reviews.tooFew] as [string, number]] : []),
      ['ratings stored', reviews.kept],
      ['  by users', users],
      ['  of products', ratedProducts],
      ['  mean', meanRating.toFixed(2)],
      ['product rows read', products.rows],
      ...(products.duplicates > 0 ? [['  merged with another row of the same product', -products.duplicates] as [string, number]] : []),
      ...(products.repairedTitles > 0 ? [['  title made from brand and description', products.repairedTitles] as [string, number]] : []),
      ...(products.unreadablePrices > 0 ? [['  unreadable price', products.unreadablePrices] as [string, number]] : []),
      ...(products.stubs > 0 ? [['  known from ratings only', products.stubs] as [string, number]] : []),
      ['products stored', products.kept],
    ]),
    '',
    rejected.length > 0
      ? `${count(rejected.reduce((sum, [, n]) => sum + n, 0))} rows were left out; each is in rejects.jsonl.gz with its line and the reason.`
      : 'No row was left out.',
    ...brokenRules.map((rule) => `Broken rule of quality: ${rule}.`),
  ].join('\n');
}
