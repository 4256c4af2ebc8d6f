import type { Topic } from './catalogue/index.ts';
import type { Product } from './products.ts';
import type { Random } from './random.ts';
import type { Purchase } from './shoppers.ts';

/** Title and text of a review that goes with its stars. */
export function writeReview(product: Product, { rating }: Purchase, random: Random): { title: string; text: string } {
  const words = phrases[product.type.topic];
  const fill = (sentence: string) =>
    sentence
      .replace(/\{it\}/g, short(product.type.noun))
      .replace(/\{brand\}/g, product.brand)
      .replace(/\{kind\}/g, product.type.kind)
      .replace(/\{when\}/g, () => random.pick(['a week', 'two weeks', 'a month', 'three months', 'six months', 'a year']));
  const title = fill(
    random.pick(random.chance(0.45) ? titles[rating] : rating >= 4 ? words.good : rating === 3 ? titles[3] : words.bad),
  ).replace(/\.$/, '');
  const about = (list: readonly string[], n: number) => random.some(list, n);
  const sentences =
    rating === 5
      ? [random.pick(openings[5]), ...about(words.good, 1 + random.below(2)), ...(random.chance(0.4) ? [random.pick(endings.good)] : [])]
      : rating === 4
        ? [random.pick(openings[4]), ...about(words.good, 1), ...(random.chance(0.6) ? [random.pick(words.but)] : [])]
        : rating === 3
          ? [random.pick(openings[3]), random.pick(words.good), random.pick(words.but)]
          : rating === 2
            ? [random.pick(openings[2]), random.pick(words.bad), ...(random.chance(0.4) ? [random.pick(words.but)] : [])]
            : [
                random.pick(openings[1]),
                ...about(words.bad, 1 + random.below(2)),
                ...(random.chance(0.5) ? [random.pick(endings.bad)] : []),
              ];
  return { title, text: fill(sentences.filter(Boolean).join(' ')) };
}

const titles: Record<number, string[]> = {
  5: [
    'Five Stars',
    'Perfect',
    'Works great',
    'Exactly what I needed',
    'Highly recommend',
    'Love it',
    'Great value',
    'Just as described',
    'Could not be happier',
    'Saved me a repair bill',
  ],
  4: ['Four Stars', 'Good, with one small thing', 'Does the job', 'Pretty good', 'Happy so far', 'Good for the price'],
  3: ['Three Stars', 'Okay', 'It works, but', 'Average', 'Meh', 'You get what you pay for'],
  2: ['Two Stars', 'Disappointed', 'Not what I hoped for', 'Would not buy again', 'Expected better'],
  1: ['One Star', 'Do not buy', 'Waste of money', 'Returned it', 'Stopped working', 'Save your money'],
};

const openings: Record<number, string[]> = {
  5: [
    '',
    '',
    'Great {it}.',
    'I have had this for {when} now and am very happy with it.',
    'Came two days early and well packed.',
    'Second time I order this one.',
    'My husband put it in within minutes.',
    'Bought this after reading the reviews, and they were right.',
    'Excellent.',
    'Very good quality for the price.',
  ],
  4: ['Good {it}.', 'I am happy with it after {when}.', 'Works as it should.', 'Nice, would buy again.', 'Almost perfect.'],
  3: ['It is okay.', 'Not bad, not great.', 'Mixed feelings after {when}.', 'Does what it says, more or less.'],
  2: ['I wanted to like it.', 'Not impressed.', 'It worked for {when}.', 'Looks better in the pictures.'],
  1: ['Very disappointed.', 'Lasted {when}.', 'I wish I could give zero stars.', 'Sent it back.', 'Buyer beware.'],
};

const endings = {
  good: [
    'Would buy again.',
    'Recommended.',
    'Thank you, {brand}.',
    'Five stars from me.',
    'Will order the next one here, too.',
    'Do not pay a technician for this.',
  ],
  bad: [
    'Customer service never answered.',
    'Buy the original instead.',
    'I want my money back.',
    'Look elsewhere.',
    'Now I have to call a technician.',
  ],
};

/** What people praise, put up with, and complain about. */
const phrases: Record<Topic, { good: string[]; but: string[]; bad: string[] }> = {
  large: {
    good: [
      'It is so quiet that we forget it is on.',
      'Looks beautiful in our kitchen.',
      'Delivery took the old one away.',
      'Plenty of room for a family of five.',
      'The {kind} does everything we hoped for.',
      'Uses less power than our old {kind}.',
    ],
    but: [
      'The delivery had to come twice.',
      'The handles show fingerprints.',
      'The manual could be clearer.',
      'A small scratch on the side, nobody sees it.',
    ],
    bad: [
      'The board died and the part is out of stock.',
      'Arrived with a dent in the door.',
      'Very loud, we hear it in the bedroom.',
      'Leaked on the first day.',
      'Three service visits so far.',
    ],
  },
  small: {
    good: [
      'Perfect size for my apartment.',
      'Quiet and easy to use.',
      'My daughter loves it in her dorm.',
      'Took five minutes to set up.',
      'Small but does its work.',
      'We use it every day.',
    ],
    but: ['The cord is short.', 'The light is a bit bright at night.', 'A little louder than I expected.', 'Wish it came in other colors.'],
    bad: [
      'It stopped working and nobody answers.',
      'Much smaller than it looks.',
      'Makes a humming noise all night.',
      'Smelled of plastic for weeks.',
    ],
  },
  waterFilter: {
    good: [
      'Water tastes clean again.',
      'Fits perfectly, no leaks.',
      'Half the price of the original and just as good.',
      'Twisted right in and the light went off.',
      'No more chlorine taste.',
      'The ice is clear now.',
    ],
    but: ['Water flows a little slower than before.', 'You have to flush a few gallons first.', 'I had to reset the light by hand.'],
    bad: [
      'Leaked all over the kitchen floor.',
      'Water tastes of plastic.',
      'Does not lock in, wrong size.',
      'The dispenser only drips since I put it in.',
      'The {kind} does not accept it.',
    ],
  },
  airFilter: {
    good: [
      'No more smells.',
      'Same size as the old one and half the price.',
      'Cleans up well in the dishwasher.',
      'Slid right in.',
      'The kitchen air is so much better.',
    ],
    but: ['A bit thinner than the original.', 'I had to bend one corner.', 'Lasts four months rather than six.'],
    bad: [
      'Too small, it falls out.',
      'Flimsy, bent in the mail.',
      'No difference in smell at all.',
      'Wrong size although the model matched.',
    ],
  },
  electrical: {
    good: [
      'My {kind} runs like new.',
      'Put it in in 20 minutes with the help of a video.',
      'Plugged right in, no cutting of wires.',
      'Saved me a $300 repair.',
      'Exact replacement for the part that failed.',
      'Fixed the error code at once.',
    ],
    but: ['The screw holes were a little off.', 'No instructions in the box.', 'The connector needed some persuasion.'],
    bad: [
      'Dead on arrival.',
      'Burned out and took the fuse with it.',
      'Wrong connector, does not fit my {kind}.',
      'Did not fix the problem, and returns are a pain.',
      'Clearly a used part.',
    ],
  },
  mechanical: {
    good: [
      'Fit like the original.',
      'No more noise from the {kind}.',
      'Much sturdier than the one that broke.',
      'Easy to put in, works perfectly.',
      'Exactly the same part for a third of the price.',
    ],
    but: ['Feels a little lighter than the old one.', 'One clip was tight.', 'It squeaked for the first days.'],
    bad: [
      'Bent the first time I used it.',
      'Does not fit, holes are in the wrong place.',
      'Broke again in the same place.',
      'Parts were missing in the bag.',
    ],
  },
  seal: {
    good: [
      'Seals tight all the way round.',
      'No more leak.',
      'After a night with some warm water it sat perfectly.',
      'Soft and well made.',
    ],
    but: ['It came folded and took two days to straighten.', 'One corner needed a little glue.'],
    bad: ['Too short by half an inch.', 'The magnet is weak and the door opens by itself.', 'Tore while I put it in.', 'Still leaks.'],
  },
  plastic: {
    good: [
      'Snapped right in.',
      'Looks just like the original.',
      'Thicker plastic than the one that broke.',
      'Fits perfectly and is easy to clean.',
      'Feels solid.',
    ],
    but: ['The color is slightly different.', 'A bit of play on the left side.', 'Costs a lot for a piece of plastic.'],
    bad: ['Cracked in the mail.', 'Broke within days.', 'Does not fit the model it says.', 'Cheap plastic with sharp edges.'],
  },
  hose: {
    good: [
      'Well made, no drips.',
      'The right length, and the elbows help behind the machine.',
      'Much better than the foil kind.',
      'Everything I needed was in the bag.',
      'Feels safe with these.',
    ],
    but: ['Shorter than it says when it is bent.', 'One clamp was missing.', 'Hard to stretch at first.'],
    bad: [
      'Tore while I pulled it over the pipe.',
      'Drips at the fitting whatever I do.',
      'Kinks and blocks the air.',
      'Threads were damaged.',
    ],
  },
  knob: {
    good: [
      'Much better than the plastic ones that cracked.',
      'The stove looks new.',
      'They feel solid and turn smoothly.',
      'Fit perfectly.',
      'The markings do not come off.',
    ],
    but: ['A little loose on one burner.', 'They get warm when the oven is on.', 'The color is not quite the same.'],
    bad: ['The shaft cracked.', 'Wrong shape, does not push on.', 'Slips and does not turn the valve.', 'Markings wore off.'],
  },
  cleaner: {
    good: [
      'I could not believe what came out.',
      'The {kind} smells fresh again.',
      'Easy: once a month and done.',
      'Dries faster since I cleaned it.',
      'Works better than vinegar.',
      'No more residue.',
    ],
    but: ['The scent is a bit strong.', 'It needs two rounds when it is really dirty.', 'Gets used up quickly.'],
    bad: ['Did not dissolve.', 'No difference at all.', 'The brush came off inside the pipe.', 'Left white spots everywhere.'],
  },
  cover: {
    good: [
      'Easy to cut and easy to wipe.',
      'Looks nice and stays where it is.',
      'No more crumbs down the side.',
      'So simple, why did I not buy it before?',
      'Goes through the dishwasher without trouble.',
    ],
    but: ['Smelled for a day or two.', 'A bit thin.', 'It was creased and took a week to lie flat.'],
    bad: ['Slides around all the time.', 'Melted on the first day.', 'Not the size it says.', 'Curls up at the edges.'],
  },
  light: {
    good: [
      'Bright and even.',
      'Took a minute to put in.',
      'Works with the dimmer.',
      'Same as the ones from the store for half the price.',
      'I can see my food again.',
    ],
    but: ['A little whiter than the old one.', 'One of the pack was dead.'],
    bad: ['Burned out.', 'Flickers all the time.', 'Wrong base.', 'Came broken because it was thrown into an envelope.'],
  },
  brew: {
    good: [
      'Best coffee I have had at home.',
      'Makes real crema.',
      'Easy to clean.',
      'No more pods in the trash.',
      'Hot and fast in the morning.',
      'Even my picky father likes it.',
    ],
    but: ['Takes some practice.', 'A little sludge at the bottom of the cup.', 'Louder than I thought.'],
    bad: ['Coffee comes out weak and lukewarm.', 'Leaks under pressure.', 'Water runs past the grounds.', 'The handle broke.'],
  },
};

/** 'Ice Scoop with Holder' is a scoop: the last two words before what it comes with. */
const short = (noun: string) =>
  noun
    .toLowerCase()
    .replace(/ (with|for|and|on) .*/, '')
    .split(' ')
    .slice(-2)
    .join(' ');
