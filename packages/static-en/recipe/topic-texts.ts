import type { TopicText } from 'attune';
import { makers } from './departments.ts';
import { type Thing, things } from './things.ts';

/**
 * What people type who want a thing, and what shops write of it: titles, and titles with descriptions. Descriptions go on about other things, for
 * which `fillers` stand, and some fillers by themselves are about none. In an order that never changes.
 */
export function topicTexts(fillers: readonly string[]): TopicText[] {
  const texts = new Map<string, string | undefined>();
  const turns = new Turns();
  // Of nothing: short, as queries are, and long, as documents of other trades are.
  for (let k = 0; k < fillers.length; k += 20) texts.set(fillers[k], undefined);
  for (let k = 0; k < 4000; k++) texts.set(many(fillers, k, 2 + (k % 10)).join(' '), undefined);
  for (const thing of things) {
    const topic = thing.names[0];
    for (const text of [...queriesFor(thing, turns), ...titlesOf(thing, turns), ...descriptionsOf(thing, turns, fillers)])
      texts.set(text, topic);
  }
  return Array.from(texts, ([text, topic]) => ({ text, topic }));
}

/** Takes turns through lists, so that their entries meet in many ways. */
class Turns {
  #turn = 0;

  /** One of a list, another one after each step. */
  of<T>(list: readonly T[], by = 1): T {
    return list[(this.#turn * by + Math.floor(this.#turn / list.length)) % list.length];
  }

  step(): number {
    return this.#turn++;
  }
}

function* queriesFor({ names, host, needs }: Thing, turns: Turns): Generator<string> {
  const after = host ? [...endings, ...cries] : endings;
  yield* names;
  for (const name of names) yield `a ${name} ${turns.of(endings)}`;
  for (const need of needs) {
    turns.step();
    yield need;
    for (const by of [1, 3, 7]) yield `${turns.of(openings, by)} ${need}`;
    for (const by of [1, 5]) yield `${need} ${turns.of(after, by)}`;
    const other = need.replace(appliances, (name) => turns.of(sameAppliance.find((same) => same.includes(name)) as string[]));
    if (other !== need) {
      yield other;
      yield `${turns.of(openings, 5)} ${other}`;
      yield `${other} ${turns.of(after, 3)}`;
    }
    for (const name of names) yield `${name}: ${need}`;
  }
}

function* titlesOf({ names, host, needs, traits }: Thing, turns: Turns): Generator<string> {
  const hosts = hostNames(host);
  for (const name of names) {
    for (let k = 0; k < 2 * needs.length; k++) {
      const turn = turns.step();
      yield title(titled(name), host && titled(turns.of(hosts)), traits, turn);
    }
  }
}

function* descriptionsOf({ names, host, needs, traits }: Thing, turns: Turns, fillers: readonly string[]): Generator<string> {
  const hosts = hostNames(host);
  for (const name of names) {
    for (const need of needs) {
      const turn = turns.step();
      const called = title(titled(name), host && titled(turns.of(hosts)), traits, turn);
      const told = [need, turns.of(needs, 3), turns.of(needs, 5), turns.of(traits), turns.of(traits, 3)]
        .map((each) => `${each}.`)
        .join(' ');
      const rest = many(fillers, turn, (turn * 5) % 10);
      yield [called, called, titled(turns.of(host ? hosts : names)), titled(name), told, ...rest].join(' ');
    }
  }
}

/** Some of a list from all over it. */
const many = (list: readonly string[], turn: number, count: number) =>
  Array.from({ length: count }, (_, k) => list[(turn * 131 + k * 4799) % list.length]);

const hostNames = (host: string | undefined): string[] =>
  things.find(({ names }) => host && names.includes(host))?.names ?? (host ? [host] : []);

/** A title in one of the orders that shops use. */
function title(name: string, host: string | undefined, traits: readonly string[], turn: number): string {
  const maker = makers[turn % makers.length];
  const other = makers[(turn * 7 + 3) % makers.length];
  const model = `${letters[turn % letters.length]}${100 + ((turn * 37) % 900)}`;
  const trait = titled(traits[turn % traits.length]);
  const second = titled(traits[(turn + 1 + Math.floor(turn / traits.length)) % traits.length]);
  const orders = host
    ? [
        `${maker} ${name} for ${other} ${host} ${model}, ${trait}`,
        `${host} ${name} by ${maker}, ${trait}, ${second}`,
        `${maker} ${model}-P ${name} Replacement for ${other} ${model} ${host}, ${second}`,
        `${maker} ${trait} ${host} ${name} - ${second}`,
      ]
    : [`${maker} ${model} ${trait} ${name}, ${second}`, `${maker} ${name} ${model}, ${trait}, ${second}`, `${name} ${trait} by ${maker}`];
  return orders[turn % orders.length];
}

const openings = [
  'how to',
  'I want to',
  'something for',
  'looking for',
  'I need',
  'help with',
  'best for',
  'what is good for',
  'cheap',
  'my problem is',
];
const endings = ['at home', 'for my family', 'in a small kitchen', 'please', 'without much work', 'every day'];
/** What people add who want something mended. */
const cries = ['how do I fix it', 'what can I do', 'again and again', 'since yesterday', 'any ideas'];
/** Names of one appliance. */
const sameAppliance = [
  ['fridge', 'refrigerator'],
  ['washer', 'washing machine', 'laundry machine'],
  ['dish washer', 'dishwasher'],
  ['dryer', 'clothes dryer', 'tumble dryer'],
  ['stove', 'range'],
  ['cooktop', 'hob', 'stove top'],
  ['coffee maker', 'coffee machine'],
  ['ice maker', 'ice machine'],
  ['microwave', 'microwave oven'],
];
/** The longer name before the one that it ends with. */
const appliances = new RegExp(
  `\\b(${sameAppliance
    .flat()
    .sort((a, b) => b.length - a.length)
    .join('|')})\\b`,
  'g',
);
const letters = ['AX', 'BR', 'CT', 'DW', 'EL', 'FK', 'GM', 'HN'];

const titled = (text: string) => text.replace(/(?<![\p{L}'])\p{Ll}/gu, (letter) => letter.toUpperCase());
