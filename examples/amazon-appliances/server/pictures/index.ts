import * as accessories from './accessories.ts';
import { type Kind, kindOf } from './kind.ts';
import * as kitchen from './kitchen.ts';
import * as home from './laundry-and-counter.ts';
import { paletteFor, seededRandom } from './palette.ts';
import * as parts from './parts.ts';
import { type Drawing, frame } from './shapes.ts';

/** What a picture is drawn from. */
export interface Subject {
  id: string;
  title: string;
  brand?: string;
  color?: string;
  categories?: readonly string[];
}

/** A picture of the product as SVG, always the same for the same product. */
export function drawProduct({ id, title, brand = '', color = '', categories = [] }: Subject): string {
  const random = seededRandom(id);
  const palette = paletteFor(`${color} ${title}`, brand || title.split(' ')[0], random);
  const kind = kindOf(title, categories);
  const words = title.toLowerCase();
  const variant = (...patterns: RegExp[]) => {
    const named = patterns.findIndex((pattern) => pattern.test(words));
    return named >= 0 ? named : Math.floor(random() * patterns.length);
  };
  return frame(palette, drawings[kind]({ palette, random, variant }), kind.replace('-', ' '));
}

const drawings: Record<Kind, Drawing> = {
  fridge: kitchen.fridge,
  'mini-fridge': kitchen.miniFridge,
  'chest-freezer': kitchen.chestFreezer,
  'wine-cooler': kitchen.wineCooler,
  'ice-maker': kitchen.iceMaker,
  dishwasher: kitchen.dishwasher,
  range: kitchen.range,
  cooktop: kitchen.cooktop,
  oven: kitchen.oven,
  microwave: kitchen.microwave,
  hood: kitchen.hood,
  disposal: kitchen.disposal,
  'water-dispenser': kitchen.waterDispenser,
  washer: home.washer,
  dryer: home.dryer,
  coffee: home.coffee,
  kettle: home.kettle,
  toaster: home.toaster,
  blender: home.blender,
  pot: home.pot,
  air: home.air,
  vacuum: home.vacuum,
  'water-filter': parts.waterFilter,
  'mesh-filter': parts.meshFilter,
  hose: parts.hose,
  knob: parts.knob,
  element: parts.element,
  burner: parts.burner,
  gasket: parts.gasket,
  belt: parts.belt,
  motor: parts.motor,
  board: parts.board,
  valve: parts.valve,
  rack: parts.rack,
  handle: parts.handle,
  bulb: parts.bulb,
  cord: parts.cord,
  cover: parts.cover,
  cleaner: parts.cleaner,
  thermometer: accessories.thermometer,
  turntable: accessories.turntable,
  'spray-arm': accessories.sprayArm,
  stopper: accessories.stopper,
  magnet: accessories.magnet,
  brush: accessories.brush,
  pitcher: accessories.pitcher,
  carafe: accessories.carafe,
  balls: accessories.balls,
  'coffee-filter': accessories.coffeeFilter,
  tank: accessories.tank,
  scoop: accessories.scoop,
  roller: accessories.roller,
  rod: accessories.rod,
  absorber: accessories.absorber,
  'vent-cover': accessories.ventCover,
  feet: accessories.feet,
  pan: accessories.pan,
  bin: accessories.bin,
  part: parts.part,
  generic: parts.generic,
};
