import { readFile } from 'node:fs/promises';
import {
  AlsRecommender,
  AttuneError,
  BprRecommender,
  EaseRecommender,
  GraphFilterRecommender,
  ItemKnnRecommender,
  LightGcnRecommender,
  loadRecommender,
  NcfRecommender,
  PopularityRecommender,
  type Recommender,
  SasRecRecommender,
  SequenceLinearRecommender,
} from '../entries/index.ts';
import { UsageError } from './command.ts';

/** Families by the name that `--model` takes, which is the kind in their files. */
const families = {
  als: AlsRecommender,
  bpr: BprRecommender,
  ease: EaseRecommender,
  'graph-filter': GraphFilterRecommender,
  'item-knn': ItemKnnRecommender,
  'light-gcn': LightGcnRecommender,
  ncf: NcfRecommender,
  popularity: PopularityRecommender,
  sasrec: SasRecRecommender,
  'sequence-linear': SequenceLinearRecommender,
} as const;

export type Family = keyof typeof families;

export const familyNames = Object.keys(families) as Family[];

/** A model that is not fitted yet. @param settings of its constructor, from `--set name=value` */
export function newModel(family: Family, settings: Record<string, unknown>): Recommender {
  const Model = families[family] as unknown as new (options: Record<string, unknown>) => Recommender;
  try {
    return new Model(settings);
  } catch (error) {
    if (error instanceof AttuneError) throw new UsageError(`--set: ${error.message}`, { cause: error });
    throw error;
  }
}

/** `--set factors=64 --set feedback=explicit`: values are JSON where they can be, else text. */
export function readSettings(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--set: expected name=value such as factors=64, got '${pair}'.`);
      return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is something else */
export async function loadModel(file: string): Promise<Recommender> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EISDIR') throw new AttuneError('ERR_BAD_FILE', `Expected a model, and '${file}' is a folder. Name a file in it.`);
    if (cause.code !== 'ENOENT') throw cause;
    throw new AttuneError(
      'ERR_NOT_FOUND',
      `Expected a model at '${file}', got nothing there. attune fit <file> --out ${file} writes one.`,
      { cause },
    );
  });
  if (bytes.length === 0)
    throw new AttuneError('ERR_BAD_FILE', `Expected a model, and '${file}' is empty. Restore it from a copy, or fit again.`);
  if (bytes[8] !== 0x7b) {
    // what attune writes has a JSON object there
    throw new AttuneError(
      'ERR_BAD_FILE',
      `Expected a model, and '${file}' is none. If it is a table of what users did, attune fit ${file} --out model.attune makes a model of it.`,
    );
  }
  return loadRecommender(new Uint8Array(bytes));
}
