/**
 * Streams of events from Kafka into stores and models: topics partitioned by user, producers, interactions with positions and commits, and
 * a processor that counts each event exactly once. Takes opened clients of kafkajs or `@platformatic/kafka`.
 *
 * @module kafka
 */

export type * from '../contracts/event-stream.ts';
export { type FollowedModel, type FollowModelOptions, followModel } from '../events/follow-model.ts';
export type {
  KafkaAdmin,
  KafkaConsumer,
  KafkaJsAdmin,
  KafkaJsConsumer,
  KafkaJsProducer,
  KafkaJsTopics,
  KafkaProducer,
  PlatformaticAdmin,
  PlatformaticConsumer,
  PlatformaticProducer,
  PlatformaticTopics,
} from '../events/kafka/clients.ts';
export { partitionOf } from '../events/kafka/partition.ts';
export { type EventProducer, type EventProducerOptions, eventProducer, type OutgoingEvent } from '../events/kafka/producer.ts';
export type { EventSchema, StandardSchema } from '../events/kafka/read-event.ts';
export { InteractionStream, type InteractionStreamOptions, interactionStream } from '../events/kafka/stream.ts';
export { type EventTopic, type EventTopicOptions, eventTopic } from '../events/kafka/topic.ts';
export { type StreamProcessor, type StreamProcessorOptions, streamProcessor } from '../events/processor.ts';
export type { StreamRecommender } from '../events/publisher.ts';
export type { StreamMark } from '../events/sessions.ts';
export { type StoredInteractions, storedInteractions } from '../events/stored-interactions.ts';
