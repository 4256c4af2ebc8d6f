import { AttuneError, shown } from '../../../errors.ts';
import { type StaticEmbedder, staticFromTable } from '../static/static.ts';
import type { StaticTable } from '../static/static-file.ts';
import type { TopicSettings } from './distil-topics.ts';

/** A text, and the name of what it is about. */
export interface TopicText {
  /** The text. */
  text: string;
  /** What it is about, undefined for anything else. */
  topic: string | undefined;
}

/** A table that tells the topics of texts apart as well. */
export async function withTopics(table: StaticTable, given: Iterable<TopicText>, settings: TopicSettings): Promise<StaticEmbedder> {
  const texts = readTopicTexts(given);
  const names = [...new Set(texts.flatMap(({ topic }) => topic ?? []))];
  if (names.length === 0)
    throw new AttuneError('ERR_EMPTY', "distil: expected topics of texts, got none. Leave out the option 'topics', or name some.");
  const numbers = new Map(names.map((name, number) => [name, number]));
  const labels = Int32Array.from(texts, ({ topic }) => (topic === undefined ? names.length : (numbers.get(topic) as number)));
  const embedder = staticFromTable({ ...table, topics: undefined });
  const vectors = await embedder.embed(
    texts.map(({ text }) => text),
    settings,
  );
  const { fitTopics } = await import('./distil-topics.ts');
  return staticFromTable({ ...table, topics: await fitTopics(vectors, embedder.dimensions, labels, names, settings) });
}

function readTopicTexts(given: Iterable<TopicText>): TopicText[] {
  const texts = typeof given?.[Symbol.iterator] === 'function' ? [...given] : undefined;
  if (texts?.every(isTopicText)) return texts;
  const wrong = texts ? texts.find((each) => !isTopicText(each)) : given;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `distil: option 'topics' must hold { text, topic }, a topic being text or undefined, got ${shown(wrong)}.`,
  );
}

function isTopicText(value: unknown): value is TopicText {
  const { text, topic } = (value ?? {}) as Partial<TopicText>;
  return typeof text === 'string' && (topic === undefined || (typeof topic === 'string' && topic !== ''));
}
