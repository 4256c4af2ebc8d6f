/** One fit of the Appliances shape; prints `{ before, peak }` in bytes. Arguments: scale, threads. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { AlsRecommender } from 'attune';
import { appliancesShape } from '../support/appliances-shape.ts';
import { memorySettings } from './memory-settings.ts';

const [scale, threads] = process.argv.slice(2).map(Number);
const data = appliancesShape(scale);
data.byUser; // implicit, too, is handed its matrix
globalThis.gc?.();
globalThis.gc?.();
const before = process.memoryUsage().rss;
// Linux forgets the peak of making the data; elsewhere it counts.
if (existsSync('/proc/self/clear_refs')) writeFileSync('/proc/self/clear_refs', '5');
await new AlsRecommender({ ...memorySettings, threads }).fit(data);
console.log(JSON.stringify({ before, peak: peak() }));

function peak(): number {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
