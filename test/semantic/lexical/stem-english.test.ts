import { expect, it } from 'vitest';
import { stemEnglish } from '../../../src/semantic/lexical/stem-english.ts';

/** Words of each rule with the stems that the published algorithm gives (Snowball 3.1). */
const stems = `
skis ski, skies sky, dying die, lying lie, tying tie, idly idl, gently gentl, ugly ugli, early earli, only onli, singly singl, sky sky, news news, howe howe, atlas atlas, cosmos cosmos, bias bias, andes andes
inning inning, innings inning, outing outing, outings outing, canning canning, cannings canning, herring herring, earring earring, earrings earring, evening evening
consign consign, consigned consign, consigning consign, consignment consign, consist consist, consisted consist, consistency consist, consistent consist, consistently consist, consisting consist, consists consist, consolation consol, consolations consol, consolatory consolatori
knack knack, knackeries knackeri, knacks knack, knave knave, knaves knave, knavish knavish, kneaded knead, kneading knead, knee knee, kneel kneel, kneeled kneel, kneeling kneel, kneels kneel, knees knee, knell knell
caresses caress, ties tie, cries cri, tied tie, gas gas, gaps gap, this this, kiwis kiwi, abyss abyss, bus bus, kiss kiss, dogs dog
succeed succeed, proceed proceed, exceed exceed, agreed agre, feed feed, luxuriated luxuri, luxuriating luxuri, hopped hop, hopping hop, hoped hope, hoping hope, falling fall, filed file, filing file, bled bled, add add, egging egg, sized size
sky sky, cry cri, by by, say say, happy happi, boy boy, enjoyment enjoy, young young, yellow yellow, youth youth
relational relat, conditional condit, rational ration, valency valenc, hesitancy hesit, digitizer digit, conformably conform, radically radic, differently differ, vilely vile, analogously analog
vietnamization vietnam, predication predic, operator oper, feudalism feudal, decisiveness decis, hopefulness hope, callousness callous, formality formal, sensitivity sensit, sensibility sensibl, analogy analog, geologist geolog, helplessly helpless
triplicate triplic, formative format, formalize formal, electricity electr, electrical electr, hopeful hope, goodness good
revival reviv, allowance allow, inference infer, airliner airlin, gyroscopic gyroscop, adjustable adjust, defensible defens, irritant irrit, replacement replac, adjustment adjust, dependent depend, adoption adopt, communism communism, activate activ, angularity angular, homologous homolog, effective effect, bowdlerize bowdler
probate probat, rate rate, cease ceas, controlling control, rolling roll, hopped hop, past past, pasted paste, generate generat, generally general, commune commune, communal communal, arsenal arsenal, university universiti, universal universal, organization organiz, international internat, later later, emergency emergenc
dishwashers dishwash, dishwasher dishwash, dishwashing dishwash, refrigerators refriger, refrigeration refriger, filters filter, filtering filter, filtered filter, batteries batteri, battery batteri, knives knive, knife knife
`;

it.each(stems.trim().split('\n'))('stems %s', (line) => {
  for (const pair of line.split(', ')) {
    const [word, stem] = pair.split(' ');
    expect(`${word} ${stemEnglish(word)}`).toBe(`${word} ${stem}`);
  }
});

it('leaves short words, numbers and other scripts alone', () => {
  for (const word of ['', 'a', 'is', '45r6100aw', '12', 'фильтр', '洗碗', '__proto__', 'constructor'.slice(0, 2)])
    expect(stemEnglish(word)).toBe(word);
});
