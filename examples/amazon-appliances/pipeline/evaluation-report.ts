import { paths, type Settings } from '../settings.ts';
import type { Evaluation } from './evaluate.ts';
import { writeWhole } from './files.ts';
import { escapeHtml, page } from './page.ts';

/** Writes evaluation.json and evaluation.html into the data folder. */
export function saveEvaluation(evaluation: Evaluation, { dataDir, als }: Settings): void {
  const { evaluation: json, evaluationPage } = paths(dataDir);
  const { protocol, reports, comparisons } = evaluation;
  const content = {
    protocol,
    als,
    models: Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, report.toJSON()])),
    comparisons,
  };
  writeWhole(json, JSON.stringify(content, undefined, 2));
  writeWhole(evaluationPage, evaluationHtml(evaluation));
}

function evaluationHtml({ reports, comparisons, protocol }: Evaluation): string {
  const names = Object.keys(reports);
  const keys = reports[names[0]].keys;
  const cell = (name: string, key: (typeof keys)[number]) => {
    const { mean, low, high } = reports[name].get(key);
    const best = names.every((other) => reports[other].get(key).mean <= mean);
    const interval = low === high ? '' : ` <small>${low.toFixed(4)} to ${high.toFixed(4)}</small>`;
    return `<td${best ? ' class="best"' : ''}>${mean.toFixed(4)}${interval}</td>`;
  };
  return page(
    'Evaluation',
    `<p>The last rating of each of ${protocol.users.toLocaleString('en-US')} users was hidden; the models learned from the other
${protocol.train.toLocaleString('en-US')} ratings and ranked all products. Intervals are of 95 %.</p>
<figure>${bars(reports, `ndcg@${protocol.k[0]}`)}<figcaption>nDCG@${protocol.k[0]} with its interval</figcaption></figure>
<table><thead><tr><th scope="col">metric</th>${names.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')}</tr></thead>
<tbody>${keys.map((key) => `<tr><th scope="row">${escapeHtml(key)}</th>${names.map((name) => cell(name, key)).join('')}</tr>`).join('\n')}</tbody></table>
${comparisons.map(({ summary }) => `<p>${escapeHtml(summary)}</p>`).join('\n')}`,
  );
}

/** One bar per model, with a line for the interval. */
function bars(reports: Evaluation['reports'], key: `ndcg@${number}`): string {
  const values = Object.entries(reports).map(([name, report]) => ({ name, ...report.get(key) }));
  const most = Math.max(...values.map(({ high }) => high), 1e-9);
  const x = (value: number) => 110 + (value / most) * 430;
  const rows = values.map(({ name, mean, low, high }, k) => {
    const y = 12 + k * 40;
    return `<text x="100" y="${y + 18}" text-anchor="end">${escapeHtml(name)}</text>
<rect x="110" y="${y}" width="${(x(mean) - 110).toFixed(1)}" height="26" rx="3" class="bar${k > 0 ? ' other' : ''}"/>
<path d="M${x(low).toFixed(1)} ${y + 13}H${x(high).toFixed(1)}" class="interval"/>
<text x="${(x(high) + 8).toFixed(1)}" y="${y + 18}">${mean.toFixed(4)}</text>`;
  });
  return `<svg viewBox="0 0 620 ${values.length * 40 + 12}" role="img" aria-label="${key} by model">${rows.join('\n')}</svg>`;
}
