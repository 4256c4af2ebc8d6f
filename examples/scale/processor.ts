import { AlsRecommender } from 'attune';
import { eventTopic, interactionStream, type StreamProcessor, streamProcessor } from 'attune/kafka';
import { fitModel } from './fit.ts';
import { serve } from './http.ts';
import { kafka, openStores, type Stores, settings, stopSignal } from './settings.ts';

/** From events to versions and changes of the model. Any number of these share the partitions of the topic. */
export async function runProcessor(): Promise<void> {
  const signal = stopSignal();
  const stores = await openStores();
  const [admin, consumer, producer] = [
    kafka.admin(),
    kafka.consumer({ groupId: `${settings.topic}-model`, maxWaitTimeInMs: 50 }),
    kafka.producer({ idempotent: true }),
  ];
  await Promise.all([admin.connect(), consumer.connect(), producer.connect()]);
  const dead = `${settings.topic}-dead`;
  await eventTopic({ admin, topic: settings.topic, partitions: settings.partitions });
  await eventTopic({ admin, topic: dead, partitions: 1 });
  const stream = interactionStream({ consumer, topic: settings.topic, weights: settings.weights, deadLetter: { producer, topic: dead } });
  const onError = (error: unknown) => console.error(String(error));

  let processor: StreamProcessor = streamProcessor({ stream, data: stores.data, onError });
  const server = await serve(() => ({ ready: true, metrics: processor.metrics() }));
  const recommender = await firstModel(stores, processor, signal);
  if (recommender) {
    const { data, models, changes } = stores;
    processor = streamProcessor({ stream, data, recommender, models, changes, name: settings.model, onError });
    await processor.run({ signal });
  }
  server.close();
  await Promise.all([admin.disconnect(), consumer.disconnect(), producer.disconnect(), stores.pool.end()]);
}

/** The newest version; where there is none, events are only stored until there are enough for one. Undefined when that was aborted. */
async function firstModel({ data, models }: Stores, storing: StreamProcessor, signal: AbortSignal): Promise<AlsRecommender | undefined> {
  if ((await models.list(settings.model)).length > 0) return AlsRecommender.load(models, settings.model);
  const enough = new AbortController();
  const looking = setInterval(async () => {
    if ((await data.interactions.count()) >= settings.firstFit) enough.abort();
  }, 500);
  await storing.run({ signal: AbortSignal.any([signal, enough.signal]) }).finally(() => clearInterval(looking));
  return signal.aborted ? undefined : fitModel({ data, models });
}
