import { stemEnglish } from './stem-english.ts';

/** Plurals that no rule makes, each behind its singular, and short words whose plural ending the stemmer takes for a part of the word. */
const plurals = `calf calves, elf elves, half halves, hoof hooves, knife knives, leaf leaves, loaf loaves, scarf scarves, self selves, sheaf sheaves,
  shelf shelves, bookshelf bookshelves, thief thieves, wharf wharves, wife wives, wolf wolves,
  man men mens, woman women womens, child children childrens, person people, foot feet, tooth teeth, goose geese, mouse mice, louse lice, ox oxen,
  bus buses, gas gases, lens lenses, canvas canvases, iris irises, quiz quizzes,
  bra bras, spa spas, menu menus, tutu tutus, tv tvs, cd cds, dvd dvds, lp lps, pc pcs, cpu cpus, gpu gpus, hdd hdds, ssd ssds,
  cactus cacti`;

/** Words that British and American English spell differently, the American spelling first. */
const spellings = `color colour, flavor flavour, odor odour, favorite favourite, armor armour, harbor harbour, humor humour, labor labour, neighbor neighbour,
  vapor vapour, rumor rumour, savory savoury, behavior behaviour, tumor tumour, mold mould, mustache moustache, smolder smoulder,
  gray grey, fiber fibre, center centre, theater theatre, caliber calibre, caliper calliper, saber sabre, luster lustre, somber sombre,
  meter metre, liter litre, tire tyre, aluminum aluminium, adapter adaptor, jewelry jewellery, pajamas pyjamas, donut doughnut, catalog catalogue,
  cozy cosy, plow plough, curb kerb, draft draught, check cheque, license licence, defense defence, skeptic sceptic, ax axe, ketchup catsup,
  dialed dialled, woolen woollen, artifact artefact,
  organize organise, customize customise, personalize personalise, sterilize sterilise,
  moisturize moisturise, vaporizer vaporiser, stabilizer stabiliser, equalizer equaliser,
  tenderizer tenderiser, pressurize pressurise, oxidize oxidise, ionizer ioniser, polarize polarise, minimize minimise, maximize maximise,
  optimize optimise, characterize characterise, utilize utilise, recognize recognise,
  randomize randomise, hospitalize hospitalise, immunize immunise, analyze analyse, paralyze paralyse, catalyze catalyse,
  anemia anaemia, leukemia leukaemia, ischemia ischaemia, ischemic ischaemic, hemoglobin haemoglobin, hemorrhage haemorrhage, hematoma haematoma,
  estrogen oestrogen, esophagus oesophagus, esophageal oesophageal, edema oedema, fetus foetus, fetal foetal, pediatric paediatric, diarrhea diarrhoea,
  anesthesia anaesthesia, anesthetic anaesthetic, gynecology gynaecology, orthopedic orthopaedic, celiac coeliac, encyclopedia encyclopaedia,
  archeology archaeology, maneuver manoeuvre`;

const pairsOf = (list: string) =>
  list.split(',').flatMap((line) => {
    const [one, ...others] = line.trim().split(/\s+/);
    return others.map((other) => [other, one] as const);
  });

const singulars = new Map(pairsOf(plurals));
const americanStems = new Map(pairsOf(spellings).map(([british, american]) => [stemEnglish(british), stemEnglish(american)]));

/** What all forms of an English word have in common: its stem, of an irregular plural that of the singular, in American spelling. Takes lower case. */
export function stemOfEnglish(word: string): string {
  const stem = stemEnglish(singulars.get(word) ?? word);
  return americanStems.get(stem) ?? stem;
}
