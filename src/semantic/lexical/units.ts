/**
 * Units that follow a number, by the spelling that stands for all of them. Words that are common beside numbers without being a unit
 * ("in 2 a row") are left out, but for `in`, `m` and `l`.
 */
const spellings: Record<string, string> = {
  mm: 'millimeter millimeters millimetre millimetres',
  cm: 'centimeter centimeters centimetre centimetres',
  m: 'meter meters metre metres mtr mtrs',
  km: 'kilometer kilometers kilometre kilometres',
  in: 'inch inches',
  ft: 'foot feet',
  yd: 'yard yards yds',
  mg: 'milligram milligrams',
  g: 'gr gram grams gramm',
  kg: 'kgs kilo kilos kilogram kilograms',
  oz: 'ounce ounces',
  lb: 'lbs pound pounds',
  ml: 'milliliter milliliters millilitre millilitres',
  cl: 'centiliter centilitre',
  l: 'ltr liter liters litre litres',
  gal: 'gallon gallons',
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
  khz: '',
  mhz: '',
  ghz: '',
  kb: '',
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
};

const canonical = new Map(
  Object.entries(spellings).flatMap(([unit, others]) => [unit, ...others.split(' ')].filter(Boolean).map((name) => [name, unit])),
);

/** The spelling that stands for a unit, or undefined for what is none. Takes lower case. */
export function unitOf(word: string): string | undefined {
  return canonical.get(word);
}
