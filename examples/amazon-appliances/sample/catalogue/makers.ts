import type { Kind, Topic } from './product-type.ts';

/** Price band: budget, middle, premium. */
export type Tier = 0 | 1 | 2;

/** A maker of appliances and of the parts for them. */
export interface Maker {
  name: string;
  tier: Tier;
  /** Makes small refrigerators, dishwashers and washers; the others make large ones. */
  compact?: boolean;
  /** Its weight among the makers of an appliance, and how its model numbers look. */
  kinds: Partial<Record<Kind, { weight: number; models: string[] }>>;
  /** How its part numbers look; where a kind has its own form, `partsOf` tells. */
  parts: string[];
  partsOf?: Partial<Record<Kind, string[]>>;
}

export const makers: Maker[] = [
  {
    name: 'Whirlpool',
    tier: 1,
    parts: ['W10######', 'WPW10######', 'W11######', 'WP22####', '80#####', '33####'],
    kinds: {
      refrigerator: { weight: 9, models: ['WRS3##SDH@', 'WRF5##SEH@', 'WRX7##SDH@', 'WRT3##FDB@'] },
      range: { weight: 6, models: ['WFG5##S0H@', 'WFE5##S0J@', 'WEG7##H0F@'] },
      dishwasher: { weight: 8, models: ['WDT7##PAH@', 'WDF5##SAJ@', 'WDTA##SAK@'] },
      washer: { weight: 10, models: ['WTW5###H@', 'WFW6###H@', 'WTW4###F@'] },
      dryer: { weight: 10, models: ['WED5###H@', 'WGD4###F@', 'LER5###P@'] },
      microwave: { weight: 6, models: ['WMH3####H@', 'WML5####H@'] },
    },
  },
  {
    name: 'GE',
    tier: 1,
    parts: ['WG0#F#####'],
    partsOf: {
      refrigerator: ['WR##X#####', 'WR##X####'],
      range: ['WB##X####', 'WB##K#####'],
      microwave: ['WB##X#####'],
      dryer: ['WE##X####', 'WE##M###'],
      washer: ['WH##X#####'],
      dishwasher: ['WD##X#####'],
    },
    kinds: {
      refrigerator: { weight: 8, models: ['GSS2#GYPF@', 'GNE2#JYKF@', 'GTS1#HYNR@', 'PYE2#KYNF@'] },
      range: { weight: 8, models: ['JGBS##REK@', 'JBS##DKW@', 'JGB7##SPS@'] },
      dishwasher: { weight: 6, models: ['GDT6##SSJ@', 'GDF5##PGR@'] },
      washer: { weight: 6, models: ['GTW4##ASJ@', 'GFW5##SSN@'] },
      dryer: { weight: 6, models: ['GTD3#EASK@', 'GFD5#ESSN@'] },
      microwave: { weight: 8, models: ['JVM####RK@', 'PVM9###SK@'] },
      'ice maker': { weight: 4, models: ['XPIO##SCS@', 'OPAL##'] },
    },
  },
  {
    name: 'Samsung',
    tier: 1,
    parts: ['DC##-#####[ABCD]'],
    partsOf: {
      refrigerator: ['DA##-#####[ABCD]'],
      microwave: ['DE##-#####[ABC]'],
      dishwasher: ['DD##-#####[AB]'],
      range: ['DG##-#####[AB]'],
    },
    kinds: {
      refrigerator: { weight: 8, models: ['RF2#HMEDBS@', 'RS2#R5200S@', 'RF28R####S@'] },
      range: { weight: 4, models: ['NX58H####S@', 'NE59J####S@'] },
      dishwasher: { weight: 4, models: ['DW80R####U@', 'DW80K####U@'] },
      washer: { weight: 6, models: ['WF45T####A@', 'WA50R####A@'] },
      dryer: { weight: 6, models: ['DVE45T####@', 'DV42H####E@'] },
      microwave: { weight: 4, models: ['ME1#K7###DS', 'ME2#M7###DS'] },
    },
  },
  {
    name: 'LG',
    tier: 1,
    parts: ['ADQ########', 'MJX########', 'AJP########', '4681E@####@', 'EBR########', '4901E@####@'],
    kinds: {
      refrigerator: { weight: 8, models: ['LFX##S', 'LMXS#####S', 'LRFCS####S', 'LSXS#####S'] },
      range: { weight: 4, models: ['LREL####S', 'LRGL####S'] },
      dishwasher: { weight: 4, models: ['LDF####ST', 'LDP####ST'] },
      washer: { weight: 6, models: ['WM3###CW', 'WT7###CV', 'WM4###HBA'] },
      dryer: { weight: 6, models: ['DLE3###W', 'DLG7###WE'] },
      microwave: { weight: 3, models: ['LMV####ST', 'LMHM####ST'] },
    },
  },
  {
    name: 'Frigidaire',
    tier: 1,
    parts: ['5304######', '2415#####', '2421#####', '3165#####', '1317#####', '1547#####'],
    kinds: {
      refrigerator: { weight: 7, models: ['FFSS2###T@', 'FGHB2###T@', 'LFSS2###T@', 'FFTR1###T@'] },
      range: { weight: 6, models: ['FFEF3###T@', 'FGGF3###S@', 'FFGF3###T@'] },
      dishwasher: { weight: 4, models: ['FFCD2###U@', 'FGID2###U@'] },
      washer: { weight: 2, models: ['FFLE4###S@', 'FFTW4###S@'] },
      dryer: { weight: 2, models: ['FFRE4###S@', 'FAQE7###L@'] },
      microwave: { weight: 3, models: ['FFMV1###T@', 'FGMV1###U@'] },
      'ice maker': { weight: 5, models: ['EFIC###-SS', 'EFIC##-B-@'] },
    },
  },
  {
    name: 'Maytag',
    tier: 1,
    parts: ['W10######', 'WP3#####', 'DC96-#####A', '6700####', '1200####'],
    kinds: {
      refrigerator: { weight: 3, models: ['MFI25##FE@', 'MSS2###MG@'] },
      dishwasher: { weight: 3, models: ['MDB7###SH@', 'MDB4###PA@'] },
      washer: { weight: 6, models: ['MVWC###GW', 'MHW6###H@'] },
      dryer: { weight: 6, models: ['MEDC###GW', 'MGD6###H@'] },
      range: { weight: 2, models: ['MGR6###F@', 'MER8###F@'] },
    },
  },
  {
    name: 'KitchenAid',
    tier: 2,
    parts: ['W10######', 'WPW10######', '8268###', 'WP99####'],
    kinds: {
      refrigerator: { weight: 4, models: ['KRMF7##ES@', 'KRFF5##ES@', 'KSRG2###S@'] },
      range: { weight: 2, models: ['KFGG5##ES@', 'KSEG7##ES@'] },
      dishwasher: { weight: 5, models: ['KDTM3##ES@', 'KDPE2##GP@', 'KUDS3##X@'] },
      microwave: { weight: 2, models: ['KMHC3##ES@', 'KMLS3##HS@'] },
    },
  },
  {
    name: 'Bosch',
    tier: 2,
    parts: ['00######', '1202####', '0064####', '1203####'],
    kinds: {
      refrigerator: { weight: 2, models: ['B36CT8#SN@', 'B21CL8#SN@'] },
      range: { weight: 1.5, models: ['HGI8##6U@', 'HEI8##6U@'] },
      dishwasher: { weight: 7, models: ['SHPM##Z##N', 'SHXM#AY##N', 'SHE3AR##UC'] },
      'coffee maker': { weight: 1, models: ['CTL7###UC', 'TAS65##UC'] },
    },
  },
  {
    name: 'Kenmore',
    tier: 0,
    parts: ['DA97-#####A', '5304######', '9690#####', 'W10######'],
    kinds: {
      refrigerator: { weight: 4, models: ['106.5####', '795.7####', '253.6####'] },
      dishwasher: { weight: 2, models: ['665.1####', '630.1####'] },
      washer: { weight: 4, models: ['110.2####', '796.4####'] },
      dryer: { weight: 4, models: ['110.6####', '796.8####'] },
      range: { weight: 2, models: ['790.9####', '665.9####'] },
    },
  },
  {
    name: 'Amana',
    tier: 0,
    parts: ['W10######', 'R98#####', 'WP24####'],
    kinds: {
      refrigerator: { weight: 1.5, models: ['ASI25##GR@', 'ART3##FFD@'] },
      range: { weight: 1.5, models: ['AGR6##VD@', 'AER6##VF@'] },
      washer: { weight: 2, models: ['NTW4###FW'] },
      dryer: { weight: 2, models: ['NED4###FW', 'NGD5###HW'] },
    },
  },
  {
    name: 'Danby',
    tier: 0,
    compact: true,
    parts: ['DB-####-##', '2#.##.###'],
    kinds: {
      refrigerator: { weight: 1.5, models: ['DAR0##A#B@', 'DBC1##L@'] },
      dishwasher: { weight: 2, models: ['DDW###EW', 'DDW18##EB'] },
      'ice maker': { weight: 1, models: ['DIM32##@'] },
    },
  },
  {
    name: 'Broan-NuTone',
    tier: 1,
    parts: ['S9930####', 'BPS#FA##', 'S9701####'],
    kinds: { 'range hood': { weight: 9, models: ['BCSD1##SS', 'F40###0', '4130##', 'QS1##SS'] } },
  },
  { name: 'Zephyr', tier: 2, parts: ['500#####', 'Z0F-C0##'], kinds: { 'range hood': { weight: 4, models: ['AK7###BS', 'ZSA-M##DS'] } } },
  {
    name: 'Cosmo',
    tier: 0,
    parts: ['CFK#', 'COS-F###'],
    kinds: { 'range hood': { weight: 6, models: ['COS-63###S', 'COS-668A##', 'COS-5MU##'] } },
  },
  { name: 'Hauslane', tier: 1, parts: ['HL-F##', 'PS##-F'], kinds: { 'range hood': { weight: 3, models: ['UC-PS##', 'WM-5##SS'] } } },
  {
    name: 'InSinkErator',
    tier: 2,
    parts: ['CVR-00#', 'FLG-SS-#', '7####'],
    kinds: { 'garbage disposal': { weight: 9, models: ['Badger [15]', 'Badger 5XP', 'Evolution [135]00', 'Pro [57]50'] } },
  },
  { name: 'Waste King', tier: 1, parts: ['31##', 'WK-####'], kinds: { 'garbage disposal': { weight: 5, models: ['L-###0', 'L-#000TC'] } } },
  { name: 'Moen', tier: 1, parts: ['1#####', 'AS-4201-@@'], kinds: { 'garbage disposal': { weight: 4, models: ['GXS##C', 'GXP##C'] } } },
  {
    name: 'Keurig',
    tier: 0,
    parts: ['50####', '119###', 'K-####'],
    kinds: { 'coffee maker': { weight: 8, models: ['K-Mini K##', 'K-Classic K##', 'K-Elite K##', 'K-Supreme K##'] } },
  },
  {
    name: 'Breville',
    tier: 2,
    parts: ['SP00#####', 'BES###XL/11.#', 'BWF###'],
    kinds: { 'coffee maker': { weight: 6, models: ['BES8##XL', 'BES9##XL', 'BES5##BSS'] } },
  },
  {
    name: "De'Longhi",
    tier: 1,
    parts: ['5513######', 'DLSC00#', 'AS########'],
    kinds: { 'coffee maker': { weight: 6, models: ['EC1##', 'ECAM22###', 'EC6##', 'ECP3###'] } },
  },
  {
    name: 'Cuisinart',
    tier: 0,
    parts: ['DCC-####RC', 'DGB-###', 'DCC-RWF#'],
    kinds: { 'coffee maker': { weight: 5, models: ['DCC-3###', 'DGB-###', 'SS-##P1'] } },
  },
  {
    name: 'Ninja',
    tier: 1,
    parts: ['CE###-P', '1##KKU###'],
    kinds: { 'coffee maker': { weight: 4, models: ['CE2##', 'CM4##', 'CFP3##'] } },
  },
  { name: 'EUHOMY', tier: 0, parts: ['EH-P##', 'IM-##C'], kinds: { 'ice maker': { weight: 6, models: ['IM-##F', 'IM-##P'] } } },
  { name: 'Igloo', tier: 0, parts: ['ICE1##-P', 'IGL-##'], kinds: { 'ice maker': { weight: 4, models: ['ICEB##SS', 'ICEC##BK'] } } },
  {
    name: 'NewAir',
    tier: 1,
    compact: true,
    parts: ['NIM-##', 'AI-###P'],
    kinds: { 'ice maker': { weight: 3, models: ['NIM0##MS', 'AI-1##SS'] }, refrigerator: { weight: 1, models: ['NBC1##SS', 'AWB-###DB'] } },
  },
  {
    name: 'Midea',
    tier: 0,
    compact: true,
    parts: ['172#######', '121#######'],
    kinds: {
      refrigerator: { weight: 2, models: ['WHD-###RS', 'MRC0##M@'] },
      dishwasher: { weight: 1.5, models: ['MDC22P#@WW', 'MDF24P##'] },
      washer: { weight: 1.5, models: ['MLH2#N7BWW'] },
      dryer: { weight: 1.5, models: ['MLE4#N4AWW'] },
    },
  },
  {
    name: 'COMFEE',
    tier: 0,
    compact: true,
    parts: ['CF-####', 'TDQR##-@'],
    kinds: {
      dishwasher: { weight: 3, models: ['TDQR4-@', 'CDC22P#AWW'] },
      washer: { weight: 2, models: ['CLV09N#AMG', 'CLV16N#AWW'] },
      range: { weight: 1, models: ['CG-##B1', 'CFIC-##'] },
    },
  },
  {
    name: 'Galanz',
    tier: 0,
    compact: true,
    parts: ['GLR-P##', 'GL-####'],
    kinds: {
      refrigerator: { weight: 2.5, models: ['GLR##TRDER', 'GLR##TBEER', 'GLR31T##'] },
      microwave: { weight: 1.5, models: ['GTWHG12##', 'GLOMJA17##'] },
    },
  },
];

/** A maker of replacement parts and accessories. Invented names. */
export interface PartMaker {
  name: string;
  tier: Tier;
  /** undefined: makes everything. */
  topics?: Topic[];
  /** undefined: for every appliance. */
  kinds?: Kind[];
}

const water: Topic[] = ['waterFilter', 'airFilter'];
const electric: Topic[] = ['electrical', 'mechanical', 'seal', 'light', 'knob'];
const home: Topic[] = ['cover', 'plastic', 'cleaner', 'hose', 'small', 'light'];
const coffee: Topic[] = ['brew', 'waterFilter', 'seal', 'plastic', 'mechanical', 'cleaner'];
const baristas: Kind[] = ['coffee maker', 'ice maker'];
const named = (tier: Tier, topics: Topic[] | undefined, names: string, kinds?: Kind[]) =>
  names.split(' ').map((name): PartMaker => ({ name, tier, topics, kinds }));

export const partMakers: PartMaker[] = [
  ...named(0, water, 'AQUABLISS PureNorth FilterNest KLARFLOW Wellspringer Ecopuro ICEBROOK'),
  ...named(1, water, 'Clearwell TrueTide Hydrovale AquaSentry'),
  ...named(2, water, 'NordicSpring CrystalBay'),
  ...named(0, electric, 'PARTIGO Supfix APPLIMEND Beaquilt Fixmaxx YOOLIFE Wadorn Sikoro LoneParts'),
  ...named(1, electric, 'PartsAnchor ProMend HomeRevive Apexon'),
  ...named(2, electric, 'Torquewell ForgeLine'),
  ...named(0, home, 'Kitchenista LEVINCHY Homwise Tidyloop BrightNook SOFTPAW Neatology Linkspire EZHOMER'),
  ...named(1, home, 'Cascadia HearthAndCo Plumbright Larkhill Everspin'),
  ...named(2, home, 'Stonebridge Wolfram&Pine'),
  ...named(0, coffee, 'BREWBUDDY Caffelito MOKAJOY', baristas),
  ...named(1, coffee, 'Cremalab BaristaBay', baristas),
  ...named(2, coffee, 'Officina58 Normtamp', baristas),
  ...named(0, undefined, 'Amzparts ValueNest'),
  ...named(1, undefined, 'UniHome Direct4U'),
];
