import type { Palette } from './palette.ts';

/** What a drawing works with: its colours, and chance that is the same every time. */
export interface Brush {
  palette: Palette;
  random: () => number;
  /** The number of the first pattern that the product's words match; by chance when none does. */
  variant: (...patterns: RegExp[]) => number;
}

/** Draws one kind of product into 400 x 400; the floor is at y = 330. */
export type Drawing = (brush: Brush) => string;

export const floor = 330;

type Attributes = Record<string, string | number | undefined>;

const attributes = (all: Attributes) =>
  Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? Number(value.toFixed(1)) : value}"`)
    .join('');

export const rect = (x: number, y: number, width: number, height: number, rx: number, fill: string, more: Attributes = {}) =>
  `<rect${attributes({ x, y, width, height, rx, fill, ...more })}/>`;

export const circle = (cx: number, cy: number, r: number, fill: string, more: Attributes = {}) =>
  `<circle${attributes({ cx, cy, r, fill, ...more })}/>`;

export const ellipse = (cx: number, cy: number, rx: number, ry: number, fill: string, more: Attributes = {}) =>
  `<ellipse${attributes({ cx, cy, rx, ry, fill, ...more })}/>`;

export const path = (d: string, fill: string, more: Attributes = {}) => `<path${attributes({ d, fill, ...more })}/>`;

export const line = (d: string, stroke: string, width: number, more: Attributes = {}) =>
  path(d, 'none', { stroke, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', ...more });

/** A housing: lit from the left, with an edge. */
export const box = (palette: Palette, x: number, y: number, width: number, height: number, r = 8) =>
  rect(x, y, width, height, r, 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 });

/** A dark pane with a reflection. */
export const glass = (x: number, y: number, width: number, height: number, r = 6) =>
  rect(x, y, width, height, r, 'url(#glass)') +
  path(
    `M${x + width * 0.12} ${y + height * 0.9} L${x + width * 0.46} ${y + height * 0.08} h${width * 0.16} L${x + width * 0.28} ${y + height * 0.9}z`,
    '#fff',
    {
      opacity: 0.07,
    },
  );

/** A metal bar. */
export const bar = (x: number, y: number, width: number, height: number) =>
  rect(x, y, width, height, Math.min(width, height) / 2, width > height ? 'url(#metalV)' : 'url(#metal)');

/** A turning knob seen from the front, its mark at an angle in degrees. */
export const dial = (palette: Palette, cx: number, cy: number, r: number, angle: number) => {
  const a = ((angle - 90) * Math.PI) / 180;
  return (
    circle(cx, cy, r, 'url(#metalV)', { stroke: palette.edge, 'stroke-width': 1 }) +
    line(
      `M${cx + Math.cos(a) * r * 0.25} ${cy + Math.sin(a) * r * 0.25} L${cx + Math.cos(a) * r * 0.8} ${cy + Math.sin(a) * r * 0.8}`,
      palette.panel,
      Math.max(1.5, r / 6),
    )
  );
};

/** A small display with decorative segment text. */
export const display = (palette: Palette, x: number, y: number, width: number, height: number) =>
  rect(x, y, width, height, 3, palette.panel) +
  rect(x + width * 0.2, y + height * 0.36, width * 0.6, height * 0.28, 1.5, palette.accent, { opacity: 0.9 });

/** The soft shadow on the floor. */
export const shadow = (cx: number, halfWidth: number, y = floor) => ellipse(cx, y + 3, halfWidth * 1.06, 11, 'url(#shadow)');

/** The whole picture around a drawing. */
export function frame(palette: Palette, content: string, label: string): string {
  const gradient = (id: string, [from, to]: [string, string], vector: string) =>
    `<linearGradient id="${id}" ${vector}><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
  const across = 'x1="0" y1="0" x2="1" y2="0.25"';
  const down = 'x1="0" y1="0" x2="0" y2="1"';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img" aria-label="${label}"><defs>` +
    gradient('backdrop', palette.backdrop, down) +
    gradient('body', palette.body, across) +
    gradient('bodyV', palette.body, down) +
    gradient('metal', palette.metal, 'x1="0" y1="0" x2="1" y2="0"') +
    gradient('metalV', palette.metal, down) +
    gradient('glass', ['#3b4650', '#151a1f'], 'x1="0" y1="0" x2="1" y2="1"') +
    '<radialGradient id="shadow"><stop offset="0" stop-color="#000" stop-opacity=".28"/><stop offset=".6" stop-color="#000" stop-opacity=".14"/><stop offset="1" stop-color="#000" stop-opacity="0"/></radialGradient>' +
    `</defs><rect width="400" height="400" fill="url(#backdrop)"/>${content}</svg>`
  );
}

/** Whole numbers from 0 to n - 1, drawn one after the other. */
export const repeat = (n: number, draw: (k: number) => string) => Array.from({ length: n }, (_, k) => draw(k)).join('');
