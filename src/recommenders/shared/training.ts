import type { FitOptions, Recommender } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import { integer, optional, readOptions, workOptions } from '../../options.ts';
import { yieldNow } from '../../work/yield-now.ts';
import type { FittedBase } from './base.ts';
import { checkOneValidation, EarlyStopping, type ValidationOptions, validationChecks } from './early-stopping.ts';
import { heldOutNdcg, holdOut } from './hold-out.ts';

/**
 * Options of `fit` of families that are trained by gradients.
 * @typeParam Model the recommender itself
 */
export interface TrainingFitOptions<Model> extends FitOptions, ValidationOptions<Model> {
  /** Early stopping after this many validations in a row without improvement, from 1. Default: that of the model. */
  patience?: number | undefined;
}

/** One line of the training record. */
export interface TrainingIteration {
  /** Epoch: 1, 2, 3, ... */
  iteration: number;
  /** Mean loss over the steps of the epoch, each taken before its step. */
  loss: number;
  /** Seconds since the start of `fit`. */
  seconds: number;
  /** What the validation of this epoch gave, if it was validated. */
  validation?: number | undefined;
}

/** A fitted model with the record of its training. */
export interface TrainedModel<Settings> extends FittedBase {
  settings: Settings;
  history: TrainingIteration[];
}

/** Learns one model, epoch by epoch. */
export interface Trainer<State> {
  /** Goes through the data once. @returns the mean loss; @throws the signal's reason */
  epoch(epoch: number, signal: AbortSignal | undefined): Promise<number>;
  /** Copies what has been learned. */
  state(): State | Promise<State>;
  /** Ends the threads. */
  close(): void;
}

/** What {@link trainModel} needs to know of a family. */
export interface TrainingPlan<State, Model extends Recommender> {
  /** For messages, such as `NcfRecommender`. */
  owner: string;
  /** Epochs at most. */
  epochs: number;
  seed: number | string;
  /** Whether the family reads the order of rows. */
  readsOrder: boolean;
  interactions: Interactions;
  /** What `readTrainingFitOptions` read. */
  options: ReturnType<typeof readTrainingFitOptions<Model>>;
  /** A new trainer; always the same for the same data. */
  start(interactions: Interactions): Trainer<State>;
  /** A model to validate. */
  modelOf(interactions: Interactions, state: State, history: TrainingIteration[]): Model;
}

/** What training led to. */
export interface Trained<State> {
  state: State;
  history: TrainingIteration[];
}

/** Reads {@link TrainingFitOptions}. @throws ERR_BAD_OPTION */
export function readTrainingFitOptions<Model>(
  owner: string,
  options: TrainingFitOptions<Model>,
  defaults: { validateEvery: number; patience: number },
) {
  const read = readOptions(`${owner}.fit`, options, {
    ...workOptions,
    ...validationChecks<Model>(defaults),
    patience: optional(integer({ min: 1 })),
  });
  checkOneValidation(owner, read);
  return { ...read, patience: read.patience ?? defaults.patience };
}

/** The fit of a family that is trained by gradients: epochs, progress, early stopping, and the second fit of `validation: 'auto'`. */
export async function trainModel<State, Model extends Recommender>(plan: TrainingPlan<State, Model>): Promise<Trained<State>> {
  const { interactions, options, epochs } = plan;
  const { validate, validation, signal } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  const measured = (held: Interactions) => (model: Model) => heldOutNdcg(model, held, signal);
  if (validation !== 'auto') {
    const measure = validate ?? (validation && measured(validation));
    const { state, history } = await runEpochs(plan, { interactions, epochs, measure, started, phase: 'training' });
    return { state, history };
  }
  const parts = holdOut(interactions, { seed: plan.seed, last: plan.readsOrder });
  if (!parts) return runEpochs(plan, { interactions, epochs, started, phase: 'training' });
  const trial = { interactions: parts.train, epochs, measure: measured(parts.held), started, phase: 'validating' };
  const { best, history: tried } = await runEpochs(plan, trial);
  const { state, history } = await runEpochs(plan, { interactions, epochs: best, started, phase: 'training' });
  const validations = new Map(tried.map((line) => [line.iteration, line.validation]));
  for (const line of history) if (validations.get(line.iteration) !== undefined) line.validation = validations.get(line.iteration);
  return { state, history };
}

/** One run over some data. */
interface Run<Model> {
  interactions: Interactions;
  epochs: number;
  measure?: ((model: Model) => number | Promise<number>) | undefined;
  started: number;
  phase: string;
}

async function runEpochs<State, Model extends Recommender>(plan: TrainingPlan<State, Model>, run: Run<Model>) {
  const { owner, options } = plan;
  const { interactions, epochs: total, measure, phase, started } = run;
  const history: TrainingIteration[] = [];
  const trainer = plan.start(interactions);
  const stopping =
    measure &&
    new EarlyStopping<{ state: State; best: number }>(
      owner,
      ({ state }) => measure(plan.modelOf(interactions, state, [...history])),
      options,
    );
  const report = (done: number) => {
    const { loss, validation } = history.at(-1) ?? {};
    options.onProgress?.({ phase, done, total, loss, ...(validation !== undefined && { validation }) });
  };
  try {
    report(0);
    for (let epoch = 1; epoch <= total; epoch++) {
      await yieldNow();
      const loss = await trainer.epoch(epoch, options.signal);
      if (!Number.isFinite(loss)) {
        throw new AttuneError('ERR_NUMERIC', `${owner}: numbers overflowed. Lower learningRate, or raise regularization.`);
      }
      const line: TrainingIteration = { iteration: epoch, loss, seconds: (performance.now() - started) / 1000 };
      history.push(line);
      const factors = async () => ({ state: await trainer.state(), best: epoch });
      const ending = await stopping?.after({ line: line as never, final: epoch === total, factors });
      report(ending ? total : epoch);
      options.signal?.throwIfAborted();
      if (ending) return { ...ending, history };
    }
    return { state: await trainer.state(), best: total, history };
  } finally {
    trainer.close();
  }
}

/** Times that warm steps go through new interactions. */
const warmEpochs = 5;

/**
 * What `partialFit` learns: a few epochs from the state of a model.
 * @param settings those of the model, of which number of epochs and seed are replaced
 */
export async function warmSteps<State, Settings extends { seed: number | string; epochs: number }>(
  settings: Settings,
  { signal, onProgress }: FitOptions,
  start: (settings: Settings) => Trainer<State>,
): Promise<State> {
  const trainer = start({ ...settings, epochs: warmEpochs, seed: `${settings.seed} warm` });
  try {
    for (let epoch = 1; epoch <= warmEpochs; epoch++) {
      const loss = await trainer.epoch(epoch, signal);
      onProgress?.({ phase: 'training', done: epoch, total: warmEpochs, loss });
      signal?.throwIfAborted();
    }
    return await trainer.state();
  } finally {
    trainer.close();
  }
}
