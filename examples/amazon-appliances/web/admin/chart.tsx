export interface Line {
  name: string;
  kind?: 'good' | 'bad' | 'pending';
  values: number[];
}

const width = 600;
const height = 140;

/** Lines over the last minutes; the newest value stands at the right. What it shows stands below it as text. */
export function Chart({ title, lines, unit = '' }: { title: string; lines: Line[]; unit?: string }) {
  const highest = Math.max(1, ...lines.flatMap((line) => line.values));
  const newest = lines.map((line) => `${line.name} ${shown(line.values.at(-1))}${unit}`).join(', ');
  return (
    <figure class="panel chart">
      <h2>{title}</h2>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${newest}`}>
        {[0, 0.5, 1].map((at) => (
          <line key={at} class="axis" x1="0" x2={width} y1={at * (height - 2) + 1} y2={at * (height - 2) + 1} />
        ))}
        {lines.map((line) => (
          <polyline key={line.name} class={line.kind} points={pointsOf(line.values, highest)} />
        ))}
      </svg>
      <figcaption class="legend">
        {lines.map((line) => (
          <span key={line.name}>
            {line.kind ? <span class={`dot ${line.kind}`} /> : null}
            {line.name} {shown(line.values.at(-1))}
            {unit}
          </span>
        ))}
        <span>
          top of the chart {shown(highest)}
          {unit}
        </span>
      </figcaption>
    </figure>
  );
}

const shown = (value = 0) => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });

function pointsOf(values: number[], highest: number): string {
  const step = width / Math.max(1, values.length - 1);
  const readings = values.length === 1 ? [values[0], values[0]] : values; // one alone is a level line
  return readings.map((value, k) => `${(k * step).toFixed(1)},${(height - 3 - (value / highest) * (height - 6)).toFixed(1)}`).join(' ');
}
