import type { Progress } from 'attune';
import type { TrainKind, TrainResult } from '../../pipeline/system.ts';
import type { Settings } from '../../settings.ts';
import type { GateResult } from './gate.ts';

/** What the training process is told at its start. */
export interface TrainingOrder {
  settings: Settings;
  kind: TrainKind | 'update';
  force: boolean;
}

export interface GatedResult extends TrainResult {
  /** What the comparison with the model before said; missing where there was none, or nothing was trained. */
  gate?: GateResult;
}

/** What the training process tells. */
export type TrainingMessage =
  | { type: 'progress'; progress: Progress }
  | { type: 'done'; result: GatedResult }
  | { type: 'failed'; code?: string; message: string };
