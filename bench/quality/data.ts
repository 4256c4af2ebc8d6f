import { join } from 'node:path';
import type { EvaluateOptions, Interactions, LeaveLastOutSplitOptions, MetricName, PerUserSplitOptions } from 'attune';
import { fromPairs, gzLines, listedPairs, ncf } from '../support/data.ts';
import { amazonReviews, filmRatings } from './ratings.ts';

/** A public data set with the protocol of its published figures. */
export interface QualitySet {
  /** Folder among the data sets. */
  folder: string;
  /** What is measured, and how, in words. */
  protocol: string;
  /** Metrics and cut of the published figures. */
  metrics: [MetricName, MetricName];
  k: number;
  /** Published figures of the two metrics, with their source. */
  published: [model: string, first: number, second: number, source: string][];
  /** How the train part is cut to choose settings: as the test part was, as far as that is known. */
  validation: { split: PerUserSplitOptions | LeaveLastOutSplitOptions; candidates: EvaluateOptions['candidates']; words: string };
  /** Reads the two parts. */
  read(folder: string): Pick<EvaluateOptions, 'test' | 'candidates'> & { train: Interactions };
}

const fullRanking = 'all items ranked but those of the user in train; mean over users';
const ncfProtocol = 'one test item against its 99 given negatives (He et al. 2017)';
const lastOut = "last item of each user held out; all items ranked but the user's own";

const share: QualitySet['validation'] = {
  split: { strategy: 'per-user', testFraction: 0.1, seed: 1 },
  candidates: 'all',
  words: "a tenth of each user's train rows, at random",
};
const last: QualitySet['validation'] = {
  split: { strategy: 'leave-last-out' },
  candidates: 'all',
  words: 'the last train row of each user',
};
const lastAmong99: QualitySet['validation'] = {
  ...last,
  candidates: { negatives: 99 },
  words: 'the last train row of each user against 99 drawn items',
};

const fifth = `a fifth of each user's ratings held out at random; ${fullRanking}`;

const films = (folder: string, file: string, mark: string): QualitySet => ({
  folder,
  protocol: fifth,
  metrics: ['recall', 'ndcg'],
  k: 20,
  published: [],
  validation: share,
  read: filmRatings(file, mark),
});

const reviews = (file: string): QualitySet => ({
  folder: 'amazon-small-5core-2018',
  protocol: lastOut,
  metrics: ['hitRate', 'ndcg'],
  k: 10,
  published: [],
  validation: last,
  read: amazonReviews(file),
});

/** The data sets. */
export const qualitySets: Record<string, QualitySet> = {
  gowalla: {
    folder: 'gowalla-lightgcn',
    protocol: fullRanking,
    metrics: ['recall', 'ndcg'],
    k: 20,
    published: [
      ['ItemCF', 0.157, 0.1214, 'BARS'],
      ['MF-BPR', 0.1627, 0.1378, 'BARS'],
      ['EASE', 0.1765, 0.1467, 'BARS'],
      ['LightGCN', 0.182, 0.1547, 'BARS'],
    ],
    validation: share,
    read: lightGcn,
  },
  lastfm: {
    folder: 'lastfm-lightgcn',
    protocol: fullRanking,
    metrics: ['recall', 'ndcg'],
    k: 20,
    published: [],
    validation: share,
    read: lastFm,
  },
  'ml-1m': {
    folder: 'movielens-1m-ncf',
    protocol: ncfProtocol,
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['ItemPop', 0.4535, 0.2542, 'DeepCF, table 2'],
      ['eALS', 0.7018, 0.428, 'DeepCF, table 2'],
      ['NeuMF', 0.721, 0.4387, 'DeepCF, table 2'],
      ['CFNet', 0.7253, 0.4416, 'DeepCF, table 2'],
    ],
    validation: lastAmong99,
    read: (folder) => amongNegatives(ncf(folder)),
  },
  'amazon-music': {
    folder: 'ncf-amusic',
    protocol: ncfProtocol,
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['ItemPop', 0.2483, 0.1304, 'DeepCF, table 2'],
      ['eALS', 0.3711, 0.2352, 'DeepCF, table 2'],
      ['NeuMF', 0.3891, 0.2391, 'DeepCF, table 2'],
      ['CFNet', 0.4116, 0.2601, 'DeepCF, table 2'],
    ],
    validation: lastAmong99,
    read: (folder) => amongNegatives(ncf(folder, { train: 'AMusic.train.rating.gz', cases: 'AMusic.test.negative.gz' })),
  },
  beauty: {
    folder: 'seq-beauty',
    protocol: lastOut,
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['PopRec', 0.0152, 0.0068, 'S3-Rec'],
      ['GRU4Rec', 0.0283, 0.0137, 'S3-Rec'],
      ['SASRec', 0.0605, 0.0318, 'S3-Rec'],
    ],
    validation: last,
    read: (folder) => lastOfEach(join(folder, 'Beauty.txt.gz')),
  },
  sports: {
    folder: 'seq-sports',
    protocol: lastOut,
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['PopRec', 0.0094, 0.0053, 'S3-Rec'],
      ['GRU4Rec', 0.0204, 0.011, 'S3-Rec'],
      ['SASRec', 0.035, 0.0192, 'S3-Rec'],
    ],
    validation: last,
    read: (folder) => lastOfEach(join(folder, 'Sports_and_Outdoors.txt.gz')),
  },
  yelp: {
    folder: 'seq-yelp',
    protocol: lastOut,
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['PopRec', 0.0099, 0.0051, 'S3-Rec'],
      ['GRU4Rec', 0.0263, 0.0134, 'S3-Rec'],
      ['SASRec', 0.0274, 0.0136, 'S3-Rec'],
    ],
    validation: last,
    read: (folder) => lastOfEach(join(folder, 'Yelp.txt.gz')),
  },
  'lastfm-sequences': {
    folder: 'seq-lastfm',
    protocol: lastOut,
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['PopRec', 0.044, 0.0203, 'S3-Rec'],
      ['GRU4Rec', 0.0367, 0.0187, 'S3-Rec'],
      ['SASRec', 0.0688, 0.039, 'S3-Rec'],
    ],
    validation: last,
    read: (folder) => lastOfEach(join(folder, 'LastFM.txt.gz')),
  },
  'video-games': {
    folder: 'seq-video-games',
    protocol: 'last item of each user with three or more held out, against 100 drawn items',
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [['SASRec', 0.741, 0.536, 'paperswithcode']],
    validation: { ...last, candidates: { negatives: 100 }, words: 'the last train row of each user against 100 drawn items' },
    read: (folder) => {
      const rows = gzLines(join(folder, 'Video.txt.gz')).map((line) => line.trim().split(/\s+/) as [string, string]);
      const many = rows.filter((row, at) => rows[at - 2]?.[0] === row[0] && rows[at + 1]?.[0] !== row[0]);
      const out = new Set<unknown>(many);
      return { train: fromPairs(rows.filter((row) => !out.has(row))), test: fromPairs(many), candidates: { negatives: 100 } };
    },
  },
  industrial: {
    folder: 'amazon-industrial-2018',
    protocol:
      "the rows of its test file held out, several a user counting as one set; all items ranked but the user's own (published: one row a case)",
    metrics: ['hitRate', 'ndcg'],
    k: 10,
    published: [
      ['GRU4Rec', 0.0999, 0.0669, 'MiniOneRec'],
      ['SASRec', 0.1088, 0.0806, 'MiniOneRec'],
    ],
    validation: last,
    read: (folder) => {
      const held = gzLines(join(folder, 'test.jsonl.gz')).map((line) => {
        const { user_id, item_id } = JSON.parse(line) as { user_id: string; item_id: number };
        return [user_id, String(item_id)] as [string, string];
      });
      const out = new Set(held.map((pair) => pair.join(' ')));
      const rows = gzLines(join(folder, 'interactions.csv.gz'))
        .slice(1)
        .map((line) => line.split(',').slice(0, 2) as [string, string]);
      return { train: fromPairs(rows.filter((pair) => !out.has(pair.join(' ')))), test: fromPairs(held) };
    },
  },
  'ml-100k': films('movielens-100k', 'u.data.gz', '\t'),
  'ml-latest-small': films('movielens-latest-small', 'ratings.csv.gz', ','),
  'all-beauty': reviews('All_Beauty_5.jsonl.gz'),
  fashion: reviews('AMAZON_FASHION_5.jsonl.gz'),
  'gift-cards': reviews('Gift_Cards_5.jsonl.gz'),
  magazines: reviews('Magazine_Subscriptions_5.jsonl.gz'),
};

/** Lines of `user item item ...` in time order, cut before the last item. */
function lastOfEach(path: string): { train: Interactions; test: Interactions } {
  const rows = listedPairs(path);
  const isLast = (_: unknown, at: number) => rows[at + 1]?.[0] !== rows[at][0];
  return { train: fromPairs(rows.filter((row, at) => !isLast(row, at))), test: fromPairs(rows.filter(isLast)) };
}

function lightGcn(folder: string): { train: Interactions; test: Interactions } {
  const part = (name: string) => fromPairs(listedPairs(join(folder, `${name}.txt.gz`)));
  return { train: part('train'), test: part('test') };
}

/** Lines of `user TAB item TAB playcount`; how often is not looked at. */
function lastFm(folder: string): { train: Interactions; test: Interactions } {
  const part = (name: string) =>
    fromPairs(gzLines(join(folder, `${name}.txt.gz`)).map((line) => line.trim().split(/\s+/).slice(0, 2) as [string, string]));
  return { train: part('train'), test: part('test') };
}

/** One test item per user, to be found among the given ones. */
function amongNegatives({ train, cases }: ReturnType<typeof ncf>): ReturnType<QualitySet['read']> {
  const negatives = new Map(cases.map((one) => [one.user, one.negatives]));
  const test = fromPairs(cases.map(({ user, item }) => [user, item]));
  return { train, test, candidates: (user) => negatives.get(user) ?? [] };
}
