import { AlsRecommender, Interactions, PopularityRecommender, type Progress, SemanticIndex } from 'attune';
import { staticEn } from 'attune-static-en';
import { digest, digestProducts, digestRatings, loadRatings, searchMetadata, searchText } from './data.ts';
import { briefEvaluation } from './evaluate.ts';
import { register, upToDate } from './register.ts';
import type { System, TrainedModel, TrainKind, TrainOptions, TrainResult } from './system.ts';
import { openVectorIndex, vectorIndexFor } from './vectors.ts';

export const modelNames = { als: 'appliances-als', popular: 'appliances-popular', search: 'appliances-search' } as const;

/** Trains what is out of date, measures it, registers it and points `production` at it. Before that nothing is changed. */
export async function trainModels(
  { data, store, settings }: Pick<System, 'data' | 'store' | 'settings'>,
  kind: TrainKind,
  { force = false, promote = true, onProgress, signal }: TrainOptions = {},
): Promise<TrainResult> {
  const started = performance.now();
  const models: TrainedModel[] = [];
  if (kind !== 'ss') models.push(...(await trainRecommenders()));
  if (kind !== 'mf') models.push(await trainSearch());
  return { seconds: secondsSince(started), models };

  async function trainRecommenders(): Promise<TrainedModel[]> {
    const ratings = await loadRatings(data, { onProgress: named('reading ratings'), signal });
    const fingerprint = digest(digestRatings(ratings), settings.als);
    const known = await Promise.all([modelNames.als, modelNames.popular].map((name) => upToDate(store, name, fingerprint)));
    if (!force && known.every((it) => it !== undefined)) return known as TrainedModel[];
    const metrics = await briefEvaluation(ratings, settings, { onProgress: named('measuring'), signal });
    const als = new AlsRecommender(settings.als);
    // One rating a user fewer makes nearly the same model, from which the whole one is a few iterations away.
    const { model: warmStart } = metrics;
    const alsSeconds = await timed(() => als.fit(ratings, { warmStart, onProgress: named('training'), signal }));
    const popular = new PopularityRecommender({ method: 'sum' });
    const popularSeconds = await timed(() => popular.fit(ratingsPerProduct(ratings), { signal }));
    const about = { fingerprint, ratings: sizeOf(ratings) };
    return [
      await register(
        store,
        modelNames.popular,
        popular.toBytes(),
        { kind: popular.kind, ...about, metrics: metrics.popular, seconds: popularSeconds },
        { ...settings, promote },
      ),
      await register(
        store,
        modelNames.als,
        als.toBytes(),
        {
          kind: als.kind,
          ...about,
          metrics: metrics.als,
          seconds: alsSeconds,
          settings: settings.als,
          iterations: als.history.length,
          loss: als.history.at(-1)?.loss,
        },
        { ...settings, promote },
      ),
    ].reverse();
  }

  async function trainSearch(): Promise<TrainedModel> {
    const vectors = vectorIndexFor(await data.products.count());
    const fingerprint = digest(await digestProducts(data, signal), 'static-en', vectors);
    const known = force ? undefined : await upToDate(store, modelNames.search, fingerprint);
    if (known) return known;
    const started = performance.now();
    const index = await SemanticIndex.build(data.products.all(), {
      id: 'item',
      text: searchText,
      metadata: searchMetadata,
      embedder: await staticEn(),
      vectorIndex: openVectorIndex(vectors),
      onProgress: named('indexing'),
      signal,
    });
    const metrics = { products: index.size, dimensions: index.dimensions };
    return register(
      store,
      modelNames.search,
      index.toBytes(),
      { kind: 'semantic', fingerprint, metrics, vectors, embedder: index.embedder.name, seconds: secondsSince(started) },
      { ...settings, promote },
    );
  }

  function named(phase: string): ((progress: Progress) => void) | undefined {
    return onProgress && ((progress) => onProgress({ ...progress, phase }));
  }
}

/**
 * How many ratings each product has, as if one user had given them: what everybody likes needs no users, whose ids would take most of the file
 * and of the memory of a server.
 */
function ratingsPerProduct({ items, byItem: { offsets } }: Interactions): Interactions {
  const ids = Array.from({ length: items.size }, (_, k) => items.idAt(k));
  const values = Float32Array.from(ids, (_, k) => offsets[k + 1] - offsets[k]);
  return Interactions.fromColumns({ users: ids.map(() => 'everybody'), items: ids, values });
}

const sizeOf = ({ size, userCount, itemCount }: Interactions) => ({ ratings: size, users: userCount, items: itemCount });
const secondsSince = (started: number) => Math.round(performance.now() - started) / 1000;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return secondsSince(started);
}
