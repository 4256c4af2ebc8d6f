import type { LoadOptions, Recommender } from '../contracts/recommender.ts';
import { AlsRecommender } from './als/als.ts';
import { BprRecommender } from './bpr/bpr.ts';
import { EaseRecommender } from './ease/ease.ts';
import { FactorRecommender } from './factors/factor-recommender.ts';
import { GraphFilterRecommender } from './graph-filter/graph-filter.ts';
import { ItemKnnRecommender } from './item-knn/item-knn.ts';
import { LightGcnRecommender } from './light-gcn/light-gcn.ts';
import { NcfRecommender } from './ncf/ncf.ts';
import { PopularityRecommender } from './popularity/popularity.ts';
import { SasRecRecommender } from './sasrec/sasrec.ts';
import { SequenceLinearRecommender } from './sequence-linear/sequence-linear.ts';
import { TwoTowerRecommender } from './two-tower/two-tower.ts';

/** What a class of recommenders must have for `loadRecommender`. */
export interface RecommenderClass {
  /** Reads what `toBytes` wrote. @throws ERR_WRONG_KIND for a file of another family */
  fromBytes(bytes: Uint8Array, options?: LoadOptions): Recommender;
}

/** Readers of all families by the kind in their files. Functions, so that a bundle without `loadRecommender` contains none of them. */
export const familyReaders: Readonly<Record<string, (bytes: Uint8Array, options: LoadOptions) => Recommender>> = {
  als: (bytes, options) => AlsRecommender.fromBytes(bytes, options),
  bpr: (bytes, options) => BprRecommender.fromBytes(bytes, options),
  ease: (bytes, options) => EaseRecommender.fromBytes(bytes, options),
  factors: (bytes, options) => FactorRecommender.fromBytes(bytes, options),
  'graph-filter': (bytes, options) => GraphFilterRecommender.fromBytes(bytes, options),
  'item-knn': (bytes, options) => ItemKnnRecommender.fromBytes(bytes, options),
  'light-gcn': (bytes, options) => LightGcnRecommender.fromBytes(bytes, options),
  ncf: (bytes, options) => NcfRecommender.fromBytes(bytes, options),
  popularity: (bytes, options) => PopularityRecommender.fromBytes(bytes, options),
  sasrec: (bytes, options) => SasRecRecommender.fromBytes(bytes, options),
  'sequence-linear': (bytes, options) => SequenceLinearRecommender.fromBytes(bytes, options),
  'two-tower': (bytes, options) => TwoTowerRecommender.fromBytes(bytes, options),
};
