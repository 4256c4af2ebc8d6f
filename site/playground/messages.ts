/** What the page and its worker say to each other. */

/** Who did what; a row of a dropped file or of a bundled set. */
export interface Row {
  user: string;
  item: string;
  value?: number | undefined;
  timestamp?: number | undefined;
}

/** Rows with what items are called, if that is known. */
export interface Table {
  name: string;
  rows: Row[];
  titles: Record<string, string>;
}

export const families = ['popularity', 'item-knn', 'als', 'ease', 'graph-filter', 'bpr', 'sequence-linear'] as const;
export type Family = (typeof families)[number];

/** One line of the table of models. */
export interface Scored {
  family: Family;
  seconds: number;
  ndcg: Interval;
  recall: Interval;
  coverage: number;
  /** p of the paired test of nDCG against the best; undefined for the best itself. */
  pBest?: number | undefined;
  failed?: string | undefined;
}

/** A mean over users with its 95 % interval. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export interface Facts {
  name: string;
  rows: number;
  users: number;
  items: number;
  heldOut: string;
  tested: number;
  someUsers: string[];
}

export interface Listed {
  item: string;
  title: string;
  score: number;
  because: string[];
  /** The user took it, and the model was not told. */
  hit: boolean;
}

export type Request =
  | { type: 'train'; source: { set: string } | { file: File }; families: Family[] }
  | { type: 'ask'; id: number; family: Family; user: string | undefined; history: string[] }
  | { type: 'search'; id: number; query: string }
  | { type: 'benchmark' };

export type Reply =
  | { type: 'read'; facts: Facts }
  | { type: 'progress'; family: Family | 'reading' | 'search' | 'benchmark'; phase: string; part: number | undefined }
  | { type: 'scored'; scored: Scored[] }
  | { type: 'ready' }
  | { type: 'list'; id: number; list: Listed[]; had: Listed[] }
  | { type: 'found'; id: number; list: Listed[] }
  | { type: 'timed'; task: string; figure: string; detail: string }
  | { type: 'timedAll' }
  | { type: 'failed'; message: string };
