import { AlsRecommender } from 'attune';
import { eventProducer, eventTopic, followModel, type OutgoingEvent } from 'attune/kafka';
import { serve } from './http.ts';
import { kafka, openStores, settings, stopSignal } from './settings.ts';

/** Takes events in and answers; holds the model, and nothing that another replica would not have. */
export async function runReplica(): Promise<void> {
  const signal = stopSignal();
  const { pool, models, changes } = await openStores();
  const [admin, producer] = [kafka.admin(), kafka.producer({ idempotent: true })];
  await Promise.all([admin.connect(), producer.connect()]);
  await eventTopic({ admin, topic: settings.topic, partitions: settings.partitions });
  const events = eventProducer({ producer, topic: settings.topic, partitions: settings.partitions });
  const onError = (error: unknown) => console.error(String(error));
  const live = followModel({ models, changes, name: settings.model, load: (bytes) => AlsRecommender.fromBytes(bytes), onError });
  const server = await serve(
    () => ({
      ready: live.version !== undefined,
      metrics: `# TYPE model_version gauge\nmodel_version ${live.version ?? 0}\n# TYPE changed_users gauge\nchanged_users ${live.changedUsers}\n`,
    }),
    {
      'POST /events': async (_, body) => {
        await events.send(body as OutgoingEvent[]);
        return {};
      },
      'GET /recommendations': async (query) =>
        live.recommend(query.get('user') ?? '', { n: Number(query.get('n') ?? 10), onUnknown: 'empty' }),
    },
  );
  await live.run({ signal });
  server.close();
  await Promise.all([admin.disconnect(), producer.disconnect(), pool.end()]);
}
