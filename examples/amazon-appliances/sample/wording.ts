import type { ProductType } from './catalogue/index.ts';
import type { Maker, PartMaker, Tier } from './catalogue/makers.ts';
import type { Ecosystem } from './products.ts';
import type { Random } from './random.ts';

/** What a product page says. */
export interface ProductText {
  title: string;
  brand: string;
  price: number | null;
  features: string[];
  description: string[];
  details: Record<string, unknown>;
}

/** Invents the page of one product. */
export function describe(type: ProductType, maker: Maker | PartMaker, ecosystem: Ecosystem, genuine: boolean, random: Random): ProductText {
  const owner = ecosystem.maker;
  const models = random.some(ecosystem.models, 3);
  const model = models[0] ?? '';
  const size = type.sizes ? random.pick(type.sizes) : '';
  const colour = type.colours ? random.pick(type.colours) : '';
  const part = type.role === 'part' ? random.pattern(random.pick(owner?.partsOf?.[type.kind] ?? owner?.parts ?? ['##-####'])) : '';
  const extras = compatible(random.some(type.extras, 4));
  const words: Words = {
    maker: maker.name,
    owner: owner?.name ?? '',
    kind: title(type.kind),
    noun: type.noun,
    models,
    part,
    size,
    colour,
    extra: extras[0] ?? '',
    second: extras[1] ?? '',
    random,
  };
  const fill = (sentence: string) =>
    sentence.replace(
      /\{(\w+)\}/g,
      (_, name: string) => ({ brand: owner?.name ?? maker.name, noun: type.noun, model, kind: type.kind, size, colour })[name] ?? '',
    );
  const features = random.some(type.features, 2 + random.below(type.features.length)).map(fill);
  const text =
    type.role === 'appliance'
      ? applianceTitle(words)
      : type.role === 'universal'
        ? universalTitle(words)
        : genuine
          ? genuineTitle(words)
          : replacementTitle(words);
  return {
    title: tidy(text),
    brand: maker.name,
    price: random.chance(0.08) ? null : price(type, maker.tier, genuine, random),
    features: random.chance(0.06) ? [] : features,
    description: random.chance(0.3) ? [] : [description(type, words)],
    details: details(type, words, model, random),
  };
}

interface Words {
  maker: string;
  owner: string;
  kind: string;
  noun: string;
  models: string[];
  part: string;
  size: string;
  colour: string;
  extra: string;
  second: string;
  random: Random;
}

const applianceTitle = ({ maker, models: [model], size, noun, extra, second, colour, random }: Words) =>
  random.pick([
    `${maker} ${model} ${size} ${noun} with ${extra}, ${colour}`,
    `${maker} ${size} ${noun}, ${extra}, ${second} - ${model} (${colour})`,
    `${maker} ${noun} ${model}, ${size}, ${extra}, ${colour}`,
    `${maker} ${model} ${noun}, ${extra}, ${second}, ${size}, ${colour}`,
  ]);

const genuineTitle = ({ maker, part, noun, models, extra, size, colour, random }: Words) =>
  random.pick([
    `${maker} ${part} ${noun}${size && `, ${size}`}${colour && `, ${colour}`}`,
    `Genuine ${maker} ${part} ${noun} for ${models.slice(0, 2).join(', ')}${size && ` (${size})`}`,
    `${maker} ${noun} ${part}, ${extra}${colour && `, ${colour}`} (OEM)`,
    `${maker} ${part} ${noun}, Original Equipment${size && `, ${size}`}`,
  ]);

const replacementTitle = ({ maker, owner, part, noun, models, extra, second, size, colour, kind, random }: Words) =>
  random.pick([
    `${maker} ${part} ${noun} Replacement for ${owner} ${models.slice(0, 2).join(', ')}${size && ` (${size})`}`,
    `${part} ${noun} Compatible with ${owner} ${models.join(', ')}, ${extra}${size && ` - ${size}`} by ${maker}`,
    `${maker} ${noun} for ${owner} ${models[0]} ${kind}, ${extra}, ${second}${size && `, ${size}`}`,
    `${maker} Replacement ${noun} for ${owner} ${models[0]}, Replaces ${part}${colour && `, ${colour}`}${size && ` (${size})`}`,
    `${noun} by ${maker}, Fits ${owner} ${models.slice(0, 2).join(' and ')}, ${part}${size && `, ${size}`}`,
  ]);

const universalTitle = ({ maker, noun, extra, second, size, colour, kind, random }: Words) =>
  random.pick([
    `${maker} ${noun}, ${extra}, ${second}${colour && `, ${colour}`}${size && ` (${size})`}`,
    `${maker} ${size} ${noun} - ${extra}${colour && `, ${colour}`}`,
    `${noun} by ${maker}, ${size && `${size}, `}${extra}, ${second}`,
    `${maker} ${adjective(extra, second)} ${noun}${/fridge|refrigerator|dishwasher|oven|stove|dryer|wash|coffee|ice|disposal/i.test(noun) ? '' : ` for Every ${kind}`}${size && `, ${size}`}${colour && `, ${colour}`}`,
  ]);

/** The first extra, and the next that does not contradict it: '4 Burners' and '5 Burners' share a word. */
function compatible([first, ...others]: string[]): string[] {
  const words = new Set(first?.match(/[a-z]{3,}/gi));
  const second = others.find((extra) => !extra.match(/[a-z]{3,}/gi)?.some((word) => words.has(word)));
  return second ? [first, second] : [first];
}

/** An extra that can stand before the noun. */
const adjective = (...extras: string[]) => extras.find((extra) => !/^(with|for|can) |\d/i.test(extra)) ?? 'Universal';

/** Empty slots leave doubled blanks and commas behind. */
const tidy = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .replace(/\b(\w+) \1\b/g, '$1')
    .replace(/\bwith (for|with)\b/g, '$1')
    .replace(/ ,/g, ',')
    .replace(/(, )+/g, ', ')
    .replace(/,?\s*\(\)/g, '')
    .replace(/[\s,-]+$/, '')
    .trim();

/** Log-uniform in the band of the tier; original parts cost more. Ends in .99, .95, .49 or .00, as prices do. */
function price(type: ProductType, tier: Tier, genuine: boolean, random: Random): number {
  const [low, high] = type.price;
  const place = Math.min(1, Math.max(0, 0.12 + 0.3 * tier + (genuine && type.role === 'part' ? 0.2 : 0) + 0.13 * random.normal()));
  const exact = low * (high / low) ** place;
  return exact > 400 ? Math.round(exact / 10) * 10 - 1 : Math.floor(exact) + random.pick([0.99, 0.99, 0.99, 0.95, 0.49, 0.89]);
}

function description(type: ProductType, { maker, owner, noun, models, extra, size, random }: Words): string {
  const lower = noun.toLowerCase();
  const about =
    type.role === 'appliance'
      ? random.pick([
          `The ${maker} ${models[0]} is ${article(lower)} for people who want one thing done well. ${sentence(extra)}, and no button you never press.`,
          `${article(size ? `${size} ${lower}` : lower, true)} from ${maker}. Built for every day, easy to clean, with parts that will still be there in ten years.`,
          `Make room for the ${maker} ${models[0]}. ${sentence(extra)}, and service is a phone call away.`,
        ])
      : type.role === 'part'
        ? random.pick([
            `This ${lower} fits ${owner} ${models.join(', ')} and many other models. Please compare the part number with the one on your old part before you order.`,
            `Repair it yourself and keep your ${owner} ${type.kind} running for years. Unplug the ${type.kind} before you start.`,
            `A new ${lower} costs less than a visit by a technician. Works with ${owner} ${models.slice(0, 2).join(' and ')}. If it does not fit, send it back.`,
          ])
        : random.pick([
            `Our ${lower} for the ${type.kind} you already have. ${sentence(extra)}. If you are not happy with it, write to us and we will make it right.`,
            `Small thing, big difference: ${/[^s]s( |$)/.test(lower) ? lower : article(lower)} made to last. Designed by ${maker}, tested in our own homes.`,
          ]);
  return about;
}

function details(
  type: ProductType,
  { maker, owner, part, colour, size, models }: Words,
  model: string,
  random: Random,
): Record<string, unknown> {
  const year = 2008 + random.below(15);
  const inches = () => (type.role === 'appliance' && type.topic === 'large' ? 20 + random.below(50) : 1 + random.below(18)).toString();
  const result: Record<string, unknown> = { Brand: maker, Manufacturer: maker };
  if (type.role === 'part') result['Part Number'] = part;
  if (type.role === 'appliance') result['Item model number'] = model;
  if (type.role === 'part') result['Compatible Models'] = `${owner} ${models.join(', ')}`;
  if (colour) result.Color = colour;
  if (size) result.Size = size;
  if (random.chance(0.7)) result['Product Dimensions'] = `${inches()} x ${inches()} x ${inches()} inches`;
  if (random.chance(0.6))
    result['Item Weight'] = type.topic === 'large' ? `${60 + random.below(240)} pounds` : `${1 + random.below(60)} ounces`;
  if (random.chance(0.5))
    result['Date First Available'] =
      `${random.pick(['January', 'March', 'May', 'July', 'September', 'November'])} ${1 + random.below(28)}, ${year}`;
  return result;
}

const article = (noun: string, capital = false) =>
  `${capital ? (/^[aeiou8]/i.test(noun) ? 'An' : 'A') : /^[aeiou8]/i.test(noun) ? 'an' : 'a'} ${noun}`;
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const title = (text: string) => text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
