import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { departments, makers } from './departments.ts';

/** What the table learns from: WordNet's glosses and examples, and texts of an imagined shop. In an order that never changes. */
export function recipeTexts(wordnetFolder: string): string[] {
  return [...new Set([...glosses(wordnetFolder), ...shopTexts()])];
}

/** Lexicographer files of nouns that shops do not sell and nobody asks for: species, their groups, and places by the thousand. */
const rareNouns = new Set(['05', '20', '15']);

/**
 * `clothes dryer, dryer: a dryer that dries clothes wet from washing`, and each example by itself. Synsets of proper names, of animals, plants
 * and places are left out.
 */
export function* glosses(folder: string): Generator<string> {
  for (const part of ['noun', 'verb', 'adj', 'adv']) {
    for (const line of readFileSync(join(folder, `data.${part}`), 'latin1').split('\n')) {
      const bar = line.indexOf(' | ');
      if (line.startsWith(' ') || bar < 0) continue;
      const fields = line.slice(0, bar).split(' ');
      const count = Number.parseInt(fields[3], 16);
      const lemmas = Array.from({ length: count }, (_, k) => fields[4 + 2 * k].replace(/\(.*\)$/, '').replaceAll('_', ' '));
      if (/^[A-Z]/.test(lemmas[0]) || (part === 'noun' && rareNouns.has(fields[1]))) continue;
      const gloss = line.slice(bar + 3).trim();
      const meaning = gloss.split(/;? ?"/)[0].trim();
      if (meaning !== '') yield `${lemmas.slice(0, 3).join(', ')}: ${meaning}`;
      for (const [, example] of gloss.matchAll(/"([^"]{12,})"/g)) yield example;
    }
  }
}

/** Titles, descriptions and requests of a shop that does not exist: each need and each trait of a department meets each of its things. */
export function* shopTexts(): Generator<string> {
  let turn = 0;
  const next = <T>(list: readonly T[], by = 1) => list[(turn * by + Math.floor(turn / list.length)) % list.length];
  for (const { things, needs, traits } of departments) {
    for (const thing of things) {
      yield thing;
      for (const trait of traits) {
        turn++;
        yield `${trait} ${thing}`;
        yield `${next(makers)} ${titled(thing)}, ${titled(trait)}, ${titled(next(traits, 3))}`;
        yield `${thing} for ${next(places)}`;
        yield `${next(makers, 3)} ${next(letters)}${100 + ((turn * 37) % 900)} ${titled(thing)} - ${next(needs)}`;
      }
      for (const need of needs) {
        turn++;
        yield `${thing} to ${need}`;
        yield `${titled(thing)}. ${titled(next(traits))}. Helps to ${need}.`;
      }
    }
    for (const need of needs) {
      yield need;
      for (const ask of asks) yield `${ask} ${need}`;
    }
  }
}

const asks = ['something to', 'how can I', 'what do I need to', 'best way to', 'I want to', 'looking for something to'];
const places = [
  'home',
  'the office',
  'a small flat',
  'the kitchen',
  'travel',
  'beginners',
  'a family',
  'the garden',
  'older people',
  'students',
];
const letters = ['AX', 'BR', 'CT', 'DW', 'EL', 'FK', 'GM', 'HN'];

const titled = (text: string) => text.replace(/(?<![\p{L}'])\p{Ll}/gu, (letter) => letter.toUpperCase());
