import { AttuneError } from '../../errors.ts';
import type { KafkaConsumer } from './clients.ts';
import type { MessageSource } from './inbox.ts';
import { kafkaJsSource } from './kafkajs-source.ts';
import { platformaticSource } from './platformatic-source.ts';

/** The source of an opened consumer. @throws ERR_BAD_OPTION for anything else */
export function sourceOf(consumer: KafkaConsumer, topic: string, fromBeginning: boolean): MessageSource {
  const given = consumer as unknown as Record<string, unknown> | null | undefined;
  const has = (...names: string[]) => typeof given === 'object' && given !== null && names.every((name) => typeof given[name] === 'function');
  if (has('subscribe', 'run', 'stop', 'commitOffsets')) return kafkaJsSource(consumer as never, topic, fromBeginning);
  if (has('consume', 'commit', 'listOffsets')) return platformaticSource(consumer as never, topic, fromBeginning);
  throw new AttuneError(
    'ERR_BAD_OPTION',
    "interactionStream: option 'consumer' must be a connected consumer of kafkajs or a Consumer of @platformatic/kafka.",
  );
}
