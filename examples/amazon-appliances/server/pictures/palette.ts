/** The colours of one picture. */
export interface Palette {
  /** Backdrop, top and bottom. */
  backdrop: [string, string];
  /** Housing, lit and shaded. */
  body: [string, string];
  /** Outline and gaps. */
  edge: string;
  /** Display strips and panels. */
  panel: string;
  /** Handles and metal trim. */
  metal: [string, string];
  /** The brand's colour: lights, labels, buttons. */
  accent: string;
}

/** Numbers in [0, 1) that are always the same for the same text (FNV-1a into mulberry32). */
export function seededRandom(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const finishes = {
  stainless: { body: ['#f3f5f6', '#c3cad0'], edge: '#98a2aa', panel: '#2c333a', metal: ['#ffffff', '#8d979f'] },
  white: { body: ['#ffffff', '#e6e9ec'], edge: '#bcc4ca', panel: '#3c454d', metal: ['#f7f9fa', '#aeb7be'] },
  black: { body: ['#454b52', '#22262b'], edge: '#15181b', panel: '#0f1215', metal: ['#aab2b9', '#5c656d'] },
  slate: { body: ['#8b949b', '#626b73'], edge: '#4a525a', panel: '#252b31', metal: ['#d7dce0', '#858f97'] },
  cream: { body: ['#fbf6e9', '#e9dfc6'], edge: '#cbbd9c', panel: '#4a4438', metal: ['#fffdf7', '#b7aa8c'] },
  red: { body: ['#d9574e', '#ae332d'], edge: '#8a2823', panel: '#2b2222', metal: ['#f4f4f4', '#a9a9a9'] },
  blue: { body: ['#6d9dc0', '#3f6f95'], edge: '#33597a', panel: '#1f2b35', metal: ['#f2f5f7', '#a1adb6'] },
  green: { body: ['#a8c8b2', '#7aa58a'], edge: '#5f876e', panel: '#24332b', metal: ['#f3f7f4', '#a4b3aa'] },
  pink: { body: ['#f2c6c8', '#dc9ea2'], edge: '#bd8084', panel: '#3a2a2b', metal: ['#fdf7f7', '#bfa9aa'] },
  copper: { body: ['#dca37c', '#b0724a'], edge: '#8c5936', panel: '#33261e', metal: ['#fbe9dc', '#b98c6d'] },
} satisfies Record<string, Omit<Palette, 'backdrop' | 'accent'>>;

type Finish = keyof typeof finishes;

const finishWords: [RegExp, Finish][] = [
  [/\bblack stainless|\bslate\b|\bgraphite|\bgunmetal|\bgray\b|\bgrey\b|\bplatinum\b/i, 'slate'],
  [/\bstainless|\bsteel\b|\bsilver\b|\bchrome\b|\bnickel\b/i, 'stainless'],
  [/\bwhite\b/i, 'white'],
  [/\bblack\b|\bebony\b/i, 'black'],
  [/\bbisque\b|\bcream\b|\bbiscuit\b|\balmond\b|\bivory\b|\bbeige\b/i, 'cream'],
  [/\bred\b/i, 'red'],
  [/\bblue\b|\bnavy\b/i, 'blue'],
  [/\bgreen\b|\bmint\b|\bsage\b|\bteal\b/i, 'green'],
  [/\bpink\b|\brose\b/i, 'pink'],
  [/\bcopper\b|\bbronze\b|\bbrass\b/i, 'copper'],
];

const backdrops: [string, string][] = [
  ['#f4f1ec', '#e6dfd4'],
  ['#eff2f1', '#dbe3e0'],
  ['#f0f2f5', '#dce2ea'],
  ['#f5f0ee', '#e9dcd6'],
  ['#f2f2ec', '#e2e2d3'],
  ['#f1eff4', '#e0dbe8'],
];

const accents = ['#2f7d6b', '#c2562d', '#2b6cb0', '#b8892b', '#7a4fa0', '#b23a48', '#3d7f3f', '#1f7f9c'];

/** The colour named in the product's text, else a random one; accent by brand, backdrop by product. */
export function paletteFor(words: string, brand: string, random: () => number): Palette {
  const backdrop = backdrops[Math.floor(random() * backdrops.length)];
  const byChance: Finish[] = ['stainless', 'white', 'stainless', 'slate', 'white', 'black'];
  const guess = byChance[Math.floor(random() * byChance.length)];
  const finish = finishWords.find(([pattern]) => pattern.test(words))?.[1] ?? guess;
  const accent = accents[Math.floor(seededRandom(brand)() * accents.length)];
  return { backdrop, accent, ...(finishes[finish] as Omit<Palette, 'backdrop' | 'accent'>) };
}
