import { appliancesShape } from '../support/appliances-shape.ts';
import type { AlsTask } from './context.ts';
import { raceToLoss } from './training.ts';

const settings = { factors: 128, alpha: 10, regularization: 1 };

/** Training on the Appliances shape. */
export const shape: AlsTask = {
  name: 'shape',
  summary: 'Appliances shape, 128 factors: time to the loss implicit has after 15 iterations.',
  async run(context) {
    const scale = context.quick ? 1 / 16 : 1;
    const data = appliancesShape(scale);
    await context.implicit?.load(data, settings.alpha);
    const task = `shape${context.quick ? ' x 1/16' : ''}, f=128, to loss of 15`;
    const { row, detail } = await raceToLoss({ ...settings, task, data, iterations: 15, goal: '>= 15, moonshot 30' }, context);
    return { rows: [row], detail };
  },
};

/** The same to a loss that implicit needs long for. */
export const quarter: AlsTask = {
  name: 'quarter',
  summary: 'A quarter of the shape: time to the loss implicit has after 100 iterations.',
  async run(context) {
    const scale = context.quick ? 1 / 32 : 1 / 4;
    const data = appliancesShape(scale);
    await context.implicit?.load(data, settings.alpha);
    const task = `shape x ${context.quick ? '1/32' : '1/4'}, f=128, to loss of 100`;
    const { row, detail } = await raceToLoss({ ...settings, task, data, iterations: 100, goal: '>= 15, moonshot 30' }, context);
    return { rows: [row], detail };
  },
};
