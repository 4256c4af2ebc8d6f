import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlsRecommender } from 'attune';
import { appliancesShape } from '../support/appliances-shape.ts';
import { medianCost, timed } from '../support/clock.ts';
import { curveSvg } from '../support/curve-svg.ts';
import type { Row } from '../support/table.ts';
import type { AlsTask } from './context.ts';

const settings = { factors: 128, alpha: 10, regularization: 1, iterations: 6 };

/** What a fit costs against the size of the data, and a picture of it. */
export const scaling: AlsTask = {
  name: 'scaling',
  summary: 'The Appliances shape at 1/16, 1/4, 1 and 4 times its size: seconds of a fit, drawn in docs/images/als-scaling.svg.',
  async run({ quick, threads, repeats, say }) {
    const scales = quick ? [1 / 64, 1 / 16] : [1 / 16, 1 / 4, 1, 4];
    const points: { ratings: number; wall: number; cpu: number }[] = [];
    for (const scale of scales) {
      const data = appliancesShape(scale);
      data.byUser;
      const costs = [];
      for (let k = 0; k < (scale > 1 ? 1 : repeats); k++)
        costs.push(await timed(() => new AlsRecommender({ ...settings, threads }).fit(data)));
      points.push({ ratings: data.size, ...medianCost(costs) });
      const { wall, cpu } = points[points.length - 1];
      say(`${data.size} ratings: ${wall.toFixed(2)} s, ${cpu.toFixed(2)} CPU s`);
    }
    const exponent = slope(points.map(({ ratings, cpu }) => [Math.log(ratings), Math.log(cpu)]));
    if (!quick) writeFileSync(join(import.meta.dirname, '../../docs/images/als-scaling.svg'), picture(points));
    const rows = points.map(({ ratings, wall, cpu }): Row => {
      return { task: `${(ratings / 1e6).toFixed(2)} M ratings, 6 iterations, f=128`, unit: 's', attune: wall, attuneCpu: cpu };
    });
    rows[rows.length - 1].note = `CPU grows with ratings^${exponent.toFixed(2)}`;
    rows[rows.length - 1].goal = 'near linear';
    return { rows, detail: { points, exponent } };
  },
};

/** Of the least-squares line through points. */
function slope(points: number[][]): number {
  const mean = (at: number) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

function picture(points: { ratings: number; wall: number; cpu: number }[]): string {
  const curve = (name: string, y: (point: (typeof points)[number]) => number) => ({
    name,
    points: points.map((point) => ({ x: point.ratings / 1e6, y: y(point) })),
  });
  const first = points[0];
  return curveSvg({
    title: 'A fit against the number of ratings (128 factors, 6 iterations)',
    xLabel: 'ratings, millions',
    yLabel: 'seconds',
    curves: [
      curve('processor seconds', ({ cpu }) => cpu),
      curve('wall seconds', ({ wall }) => wall),
      curve('linear, from the first point', ({ ratings }) => (first.cpu * ratings) / first.ratings),
    ],
    xTicks: [0.1, 0.3, 1, 3, 10],
    xLogarithmic: true,
    yTicks: [0.1, 0.3, 1, 3, 10, 30, 100],
  });
}
