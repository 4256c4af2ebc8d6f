/** A bar chart as one SVG text; colours follow the page around it. */
export function barsSvg(title: string, bars: readonly { label: string; amount: number }[]): string {
  const width = 480;
  const height = 200;
  const top = 28;
  const bottom = height - 22;
  const most = Math.max(...bars.map(({ amount }) => amount), Number.MIN_VALUE);
  const step = (width - 16) / Math.max(1, bars.length);
  const every = Math.ceil(bars.length / 12); // labels that would run into each other are left out
  const marks = bars.map(({ label, amount }, at) => {
    const x = 8 + at * step;
    const size = ((bottom - top) * amount) / most;
    const text =
      at % every === 0 ? `<text x="${(x + step / 2).toFixed(1)}" y="${height - 7}" text-anchor="middle">${escaped(label)}</text>` : '';
    return `<g><title>${escaped(label)}: ${Number(amount.toPrecision(4))}</title><rect x="${(x + step * 0.1).toFixed(1)}" y="${(bottom - size).toFixed(1)}" width="${(step * 0.8).toFixed(1)}" height="${size.toFixed(1)}" fill="#0072b2"/>${text}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="11" fill="currentColor"><text x="8" y="16" font-size="13">${escaped(title)}</text>${marks.join('')}</svg>`;
}

/** Text that may stand in markup. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
