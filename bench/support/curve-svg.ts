/** A line of a picture: points from left to right. */
export interface Curve {
  name: string;
  points: readonly { x: number; y: number }[];
}

/** What a picture says about itself. */
export interface CurvePicture {
  title: string;
  xLabel: string;
  yLabel: string;
  curves: readonly Curve[];
  /** Ticks of the x axis, linear unless `xLogarithmic`; its ends are the ends of the axis. */
  xTicks: readonly number[];
  /** Default false. */
  xLogarithmic?: boolean;
  /** Ticks of the logarithmic y axis; its ends are the ends of the axis. */
  yTicks: readonly number[];
  /** Whether points are joined by a line. Default true. */
  joined?: boolean;
}

/** A colour-blind-safe palette (Okabe and Ito 2008), and markers for print; of more than four curves, colours and markers go round apart. */
const styles = [
  { colour: '#0072b2', mark: (x: string, y: string) => `<circle cx="${x}" cy="${y}" r="4"/>` },
  { colour: '#d55e00', mark: (x: string, y: string) => `<rect x="-3.5" y="-3.5" width="7" height="7" transform="translate(${x} ${y})"/>` },
  { colour: '#009e73', mark: (x: string, y: string) => `<path d="M0-4.5 4 3.5H-4Z" transform="translate(${x} ${y})"/>` },
  {
    colour: '#cc79a7',
    mark: (x: string, y: string) => `<rect x="-3.3" y="-3.3" width="6.6" height="6.6" transform="translate(${x} ${y}) rotate(45)"/>`,
  },
];
const colours = [...styles, { colour: '#e69f00' }, { colour: '#56b4e9' }, { colour: '#000000' }];
const height = 400;
const left = 64;
const right = 624;
/** Of a letter of the names, which stand right of the axes, where no point is under them. */
const letterWidth = 7;
const top = 44;
const bottom = height - 52;

/** A picture of curves as one SVG text, on white, so that it can be read on a page of any colour. Points outside the axes are left out. */
export function curveSvg({ title, xLabel, yLabel, curves, xTicks, xLogarithmic = false, yTicks, joined = true }: CurvePicture): string {
  const width = right + 48 + letterWidth * Math.max(...curves.map(({ name }) => name.length));
  const place = (value: number) => (xLogarithmic ? Math.log(value) : value);
  const [x0, x1] = [place(xTicks[0]), place(xTicks[xTicks.length - 1])];
  const [y0, y1] = [Math.log(yTicks[0]), Math.log(yTicks[yTicks.length - 1])];
  const x = (value: number) => (left + ((right - left) * (place(value) - x0)) / (x1 - x0)).toFixed(1);
  const y = (value: number) => (bottom - ((bottom - top) * (Math.log(value) - y0)) / (y1 - y0)).toFixed(1);
  const inside = (point: { x: number; y: number }) =>
    place(point.x) >= x0 && place(point.x) <= x1 && point.y >= yTicks[0] && point.y <= yTicks[yTicks.length - 1];
  const grid = [
    ...xTicks.map(
      (tick) =>
        `<path d="M${x(tick)} ${top}V${bottom}" stroke="#ddd"/><text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    ...yTicks.map(
      (tick) =>
        `<path d="M${left} ${y(tick)}H${right}" stroke="#ddd"/><text x="${left - 8}" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>`,
    ),
  ];
  const lines = curves.map(({ name, points }, k) => {
    const { colour } = colours[k % colours.length];
    const { mark } = styles[(k + 2 * Math.floor(k / colours.length)) % styles.length];
    const shown = points.filter(inside);
    const path = shown.map((point, at) => `${at === 0 ? 'M' : 'L'}${x(point.x)} ${y(point.y)}`).join('');
    const marks = shown.map((point) => mark(x(point.x), y(point.y))).join('');
    const at = top + 10 + 20 * k;
    const key = `${mark(String(right + 20), String(at - 4))}<text x="${right + 32}" y="${at}" fill="#222">${escaped(name)}</text>`;
    const line = joined ? `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>` : '';
    return `<g fill="${colour}">${line}${marks}${key}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="24" font-size="14" font-weight="600">${escaped(title)}</text>`,
    ...grid,
    ...lines,
    `<text x="${(left + right) / 2}" y="${height - 12}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(16 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
