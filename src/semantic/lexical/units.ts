/**
 * Units that follow a number, by the spelling that stands for all of them. Words that are common beside numbers without being a unit
 * ("in 2 a row") are left out, but for `in`, `m` and `l`.
 */
const spellings: Record<string, string> = {
  mm: 'millimeter millimeters millimetre millimetres',
  cm: 'centimeter centimeters centimetre centimetres',
  m: 'meter meters metre metres metro metros metri mtr mtrs',
  km: 'kilometer kilometers kilometre kilometres',
  in: 'inch inches zoll pulgada pulgadas pouce pouces pollici',
  ft: 'foot feet',
  yd: 'yard yards yds',
  mg: 'milligram milligrams',
  g: 'gr gram grams gramm gramme grammes gramos grammi',
  kg: 'kgs kilo kilos kilogram kilograms kilogramm',
  oz: 'ounce ounces',
  lb: 'lbs pound pounds',
  ml: 'milliliter milliliters millilitre millilitres',
  cl: 'centiliter centilitre',
  l: 'ltr liter liters litre litres litro litros litri',
  gal: 'gallon gallons',
  qt: 'quart quarts',
  pt: 'pint pints',
  floz: '',
  v: 'volt volts',
  mv: '',
  kv: '',
  mah: '',
  ah: '',
  a: 'amp amps ampere amperes',
  ma: '',
  w: 'watt watts',
  kw: 'kilowatt kilowatts',
  wh: '',
  kwh: '',
  va: '',
  hz: 'hertz',
  khz: 'kilohertz',
  mhz: 'megahertz',
  ghz: 'gigahertz',
  kb: 'kilobyte kilobytes',
  mb: 'megabyte megabytes',
  gb: 'gigabyte gigabytes',
  tb: 'terabyte terabytes',
  mbps: '',
  gbps: '',
  dpi: '',
  mp: 'megapixel megapixels',
  rpm: '',
  psi: '',
  btu: 'btus',
  db: 'decibel decibels',
  lm: 'lumen lumens',
  nm: '',
  ohm: 'ohms',
  bar: '',
  cfm: '',
  hp: '',
  ton: 'tons tonne tonnes',
  h: 'hr hrs hour hours',
  min: 'mins minute minutes',
  sec: 'secs second seconds',
  pack: 'packs pk pks',
  pc: 'pcs piece pieces',
  ct: 'count counts',
  deg: 'degree degrees',
  percent: 'prozent procent percento',
  sqin: '',
  sqft: '',
  sqyd: '',
  sqcm: '',
  sqm: 'qm',
  cuin: '',
  cuft: 'cft',
  cum: 'cbm',
};

const canonical = new Map(
  Object.entries(spellings).flatMap(([unit, others]) => [unit, ...others.split(' ')].filter(Boolean).map((name) => [name, unit])),
);

/** The spelling that stands for a unit, or undefined for what is none. Takes lower case. */
export function unitOf(word: string): string | undefined {
  return canonical.get(word);
}

/** The basic unit of each kind, and how many of it others are. */
const basics: Record<string, Record<string, number>> = {
  mm: { mm: 1, cm: 10, m: 1000, km: 1_000_000, in: 25.4, ft: 304.8, yd: 914.4 },
  g: { mg: 0.001, g: 1, kg: 1000, oz: 28.349523125, lb: 453.59237 },
  ml: { ml: 1, cl: 10, l: 1000, floz: 29.5735295625, pt: 473.176473, qt: 946.352946, gal: 3785.411784 },
  v: { mv: 0.001, v: 1, kv: 1000 },
  mah: { mah: 1, ah: 1000 },
  ma: { ma: 1, a: 1000 },
  w: { w: 1, kw: 1000 },
  wh: { wh: 1, kwh: 1000 },
  sec: { sec: 1, min: 60, h: 3600 },
  hz: { hz: 1, khz: 1000, mhz: 1_000_000, ghz: 1_000_000_000 },
  mb: { kb: 0.001, mb: 1, gb: 1000, tb: 1_000_000 },
  mbps: { mbps: 1, gbps: 1000 },
};

const basicOf = new Map(
  Object.entries(basics).flatMap(([basic, members]) => Object.entries(members).map(([unit, factor]) => [unit, { basic, factor }] as const)),
);

/** A quantity in the basic unit of its kind, to five digits, or undefined for a unit that has no relatives. */
export function inBasicUnit(value: number, unit: string): string | undefined {
  const found = basicOf.get(unit);
  if (!found) return undefined;
  const amount = Number((value * found.factor).toPrecision(5));
  return `${amount}${found.basic}`;
}
