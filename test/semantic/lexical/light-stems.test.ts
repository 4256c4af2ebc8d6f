import { SemanticIndex } from 'attune';
import { expect, it } from 'vitest';
import { lightStems } from '../../../src/semantic/lexical/light-stems.ts';

const coded = (code: string) => expect.objectContaining({ code });

/** Forms of a word, as they are written; and words that are no forms of each other. */
const languages = {
  de: {
    same: [
      'Lampe Lampen',
      'Topf Töpfe Töpfen',
      'Bild Bilder Bildern',
      'Messer Messern Messers',
      'Uhr Uhren',
      'Haus Häuser',
      'Auto Autos',
      'Glas Gläser',
      'schwarz schwarze schwarzen schwarzer schwarzes',
      'rot rote roter rotem',
      'Rad Räder',
      'flexibel flexible flexibles',
      'hoch hohe hoher',
    ],
    apart: ['Leder LED', 'Topf Tipp', 'Filter Film'],
  },
  nl: {
    same: [
      'pan pannen',
      'huis huizen',
      'boot boten',
      'kind kinderen',
      'zwart zwarte',
      'tafel tafels',
      'foto fotos',
      'brief brieven',
      'matras matrassen',
      'glas glazen',
      'tas tassen',
      'doos dozen',
      'kussen kussens',
      'machine machines',
      'schoen schoenen',
      'steen stenen',
      'dier dieren',
      'kaars kaarsen',
      'adres adressen',
      'groen groene',
      'mug mugs',
      'sjaal sjaals',
      'draadloos draadloze',
      'folie folies',
    ],
    apart: ['pan pen', 'glas gans', 'oven of', 'kaars kar', 'plaats plaat'],
  },
  fr: {
    same: [
      'lampe lampes',
      'journal journaux',
      'bureau bureaux',
      'tuyau tuyaux',
      'noir noire noirs noires',
      'cuisinier cuisinières cuisinière',
      'électrique électriques',
      'actif active',
      'gris grise grises',
      'doux douce',
      'beau beaux belle belles',
      'gros grosse',
      'épais épaisse',
      'frais fraîche',
      'sucré sucrée',
      'dur dure',
    ],
    apart: ['port porte', 'pile pilote', 'poids pois'],
  },
  es: {
    same: [
      'mesa mesas',
      'luz luces',
      'reloj relojes',
      'blanco blanca blancos blancas',
      'coche coches',
      'cafetera cafeteras',
      'lápiz lápices',
      'inglés inglesa ingleses',
      'francés francesa franceses',
      'jersey jerseys',
      'gris grises',
    ],
    apart: ['mesa misa', 'vaso vela'],
  },
  it: {
    same: [
      'tazza tazze',
      'specchio specchi',
      'bianco bianchi bianca bianche',
      'forno forni',
      'lavatrice lavatrici',
      'lago laghi',
      'uomo uomini',
    ],
    apart: ['tazza tappo', 'forno forma'],
  },
} as const;

const bare = (word: string) => word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

it.each(Object.entries(languages))('%s: forms of a word share a stem, other words do not', (language, { same, apart }) => {
  const stemOf = (word: string) => lightStems[language as keyof typeof lightStems](bare(word));
  const stems = (line: string) => new Set(line.split(' ').map(stemOf));
  expect(same.filter((line) => stems(line).size > 1)).toEqual([]);
  expect(apart.filter((line) => stems(line).size === 1)).toEqual([]);
});

const build = (titles: string[], options: object) =>
  SemanticIndex.build(
    titles.map((title, k) => ({ id: String(k), title })),
    { text: 'title', ...options },
  );
const found = async (index: SemanticIndex, query: string) =>
  (await index.search(query, { mode: 'lexical', typos: false })).map((hit) => hit.item);

it('all forms are found, those that were typed first', async () => {
  const index = await build(['Töpfe aus Stahl', 'Topf aus Stahl', 'Pfanne aus Stahl'], { language: 'de' });
  expect(await found(index, 'Topf')).toEqual(['1', '0']);
  expect(await found(index, 'Töpfe')).toEqual(['0', '1']);
  const doors = await build(['porto rosso', 'porta rossa'], { language: 'it' });
  expect(await found(doors, 'porta')).toEqual(['1', '0']);
  expect(await found(doors, 'porto')).toEqual(['0', '1']);
});

it('a file keeps how words are stemmed, and stem none is heeded', async () => {
  const index = await build(['lampes', 'bougies'], { language: 'fr' });
  const loaded = SemanticIndex.fromBytes(index.toBytes());
  expect(await found(loaded, 'lampe')).toEqual(['0']);
  expect(await found(await build(['lampes', 'bougies'], { language: 'fr', stem: 'none' }), 'lampe')).toEqual([]);
});

it('light stems need a language that has them', async () => {
  await expect(build(['lamp'], { stem: 'light' })).rejects.toEqual(coded('ERR_BAD_OPTION'));
  await expect(build(['lamp'], { stem: 'light', language: 'none' })).rejects.toEqual(coded('ERR_BAD_OPTION'));
});
