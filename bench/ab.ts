import { sampleSize } from 'attune/experiments';
import { type Shop, simulate } from './ab/simulated-experiments.ts';

const days = 30;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Printed as an aligned Markdown table. */
function print(head: string[], rows: string[][]): void {
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)));
  const line = (cells: string[]) =>
    `| ${cells.map((text, c) => (c > 0 ? text.padStart(widths[c]) : text.padEnd(widths[c]))).join(' | ')} |`;
  console.log(
    [line(head), `|${widths.map((w, c) => `${'-'.repeat(w + 1)}${c > 0 ? ':' : '-'}`).join('|')}|`, ...rows.map(line)].join('\n'),
  );
}

/** How often A/B tests are wrong, and how much they find. */
export const abBench = {
  name: 'ab',
  summary: 'False positives of A/B tests looked at daily, and their power; goal: at most 5.5 % in 10,000 A/A tests.',
  async run(): Promise<void> {
    const began = performance.now();
    const runs = 10_000;
    const same: [string, Shop, [number, number]][] = [
      ['conversion 5 %, 50:50', { rate: 0.05 }, [200, 200]],
      ['conversion 1 %, 50:50', { rate: 0.01 }, [500, 500]],
      ['conversion 1 %, 90:10', { rate: 0.01 }, [900, 100]],
      ['revenue, 5 % buy, 50:50', { rate: 0.05, spread: 1 }, [200, 200]],
      ['revenue, 5 % buy, 90:10', { rate: 0.05, spread: 1 }, [360, 40]],
      ['revenue, 2 % buy, long tail, 50:50', { rate: 0.02, spread: 1.5 }, [200, 200]],
    ];
    console.log(`A/A: nothing differs. Significant at 5 % in ${runs.toLocaleString('en')} experiments of ${days} days:\n`);
    print(
      ['metric and shares', 'users', 'sequential, daily', 'with maximumUsers, daily', 'fixed-horizon, daily', 'fixed-horizon, one look'],
      same.map(([name, shop, daily], at) => {
        const found = simulate({ control: shop, treatment: shop, daily, days, runs, seed: at + 1 });
        const users = (days * (daily[0] + daily[1])).toLocaleString('en');
        return [name, users, percent(found.sequential), percent(found.planned), percent(found.peeked), percent(found.fixed)];
      }),
    );

    const planned = sampleSize({ baseline: 0.05, lift: 0.2 });
    const half = Math.ceil(planned / days);
    const power = 2000;
    console.log(
      `\nPower: conversion 5 %, ${(2 * half * days).toLocaleString('en')} users (80 % power for a lift of 20 %), ${power.toLocaleString('en')} experiments:\n`,
    );
    print(
      ['true lift', 'sequential, daily', 'days, mean', 'with maximumUsers, daily', 'days, mean', 'fixed-horizon, one look'],
      [0.1, 0.2, 0.3, 0.4, 0.6].map((lift, at) => {
        const treatment = { rate: 0.05 * (1 + lift) };
        const found = simulate({ control: { rate: 0.05 }, treatment, daily: [half, half], days, runs: power, seed: 100 + at });
        return [
          `${Math.round(100 * lift)} %`,
          percent(found.sequential),
          (days * found.duration).toFixed(1),
          percent(found.planned),
          (days * found.plannedDuration).toFixed(1),
          percent(found.fixed),
        ];
      }),
    );
    console.log(`\nWithout maximumUsers the sequential test may go on; the others must not. Lift 20 %:\n`);
    print(
      ['days', 'sequential, daily', 'days, mean'],
      [1, 1.5, 2].map((times, at) => {
        const longer = Math.round(days * times);
        const shops = { control: { rate: 0.05 }, treatment: { rate: 0.06 } };
        const found = simulate({ ...shops, daily: [half, half], days: longer, runs: power, seed: 200 + at });
        return [String(longer), percent(found.sequential), (longer * found.duration).toFixed(1)];
      }),
    );
    console.log(`\n${((performance.now() - began) / 1000).toFixed(1)} s`);
  },
};
