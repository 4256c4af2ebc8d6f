import { escapeHtml, page } from '../pipeline/page.ts';
import type { QualityReport } from './quality.ts';

/** The report as one page with pictures. */
export function qualityHtml({ passed, results, figures, before, histogram, rejects }: QualityReport): string {
  const number = (n: number) => n.toLocaleString('en-US', { maximumFractionDigits: 3 });
  const percent = (share: number | undefined) => (share === undefined ? 'nothing to compare with' : `${(100 * share).toFixed(2)} %`);
  const rules = results.map(
    ({ name, check, share, most, passed: ok }) =>
      `<tr><th scope="row">${ok ? '✓' : '✗'} ${escapeHtml(name)}</th><td>${check}</td><td>${percent(share)}</td><td>${percent(most)}</td></tr>`,
  );
  const rows = (Object.keys(figures) as (keyof typeof figures)[]).map(
    (name) => `<tr><th scope="row">${name}</th><td>${number(figures[name])}</td><td>${before ? number(before[name]) : ''}</td></tr>`,
  );
  return page(
    passed ? 'Data quality: every rule is kept' : 'Data quality: some rules are broken',
    `<table><thead><tr><th scope="col">rule</th><th scope="col">kind</th><th scope="col">broken by</th><th scope="col">at most</th></tr></thead><tbody>${rules.join('\n')}</tbody></table>
<table><thead><tr><th scope="col"></th><th scope="col">this load</th><th scope="col">the one before</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>
${picture(
  'Ratings by value',
  histogram.map(([value, n]) => [String(value), n]),
)}
${picture('Rows left out, by reason', Object.entries(rejects))}`,
  );
}

/** Bars to the right of their names; nothing when there are none. */
export function picture(caption: string, values: readonly (readonly [label: string, n: number])[]): string {
  if (values.length === 0) return '';
  const most = Math.max(...values.map(([, n]) => n), 1);
  const bars = values.map(([label, n], k) => {
    const y = k * 26;
    const width = (n / most) * 250;
    return `<text x="300" y="${y + 16}" text-anchor="end">${escapeHtml(label)}</text><rect class="bar" x="310" y="${y + 2}" width="${width.toFixed(1)}" height="19" rx="2"/><text x="${(318 + width).toFixed(1)}" y="${y + 16}">${n.toLocaleString('en-US')}</text>`;
  });
  return `<figure><svg viewBox="0 0 660 ${values.length * 26}" role="img" aria-label="${escapeHtml(caption)}">${bars.join('\n')}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}
