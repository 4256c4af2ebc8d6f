import type { Engine } from '../engine.ts';
import type { Job } from '../generated/jobs.ts';
import { cutOf } from './cut.ts';

/** A block job with its arguments: a part of a pass through a network. */
export interface Call {
  /** On all threads. */
  run(signal: AbortSignal | undefined): Promise<void>;
  /** On this thread, at once. */
  runHere(): void;
}

/** Binds a job to rows and arguments. */
export function call<A>(engine: Engine<'training'>, job: Job<A, 'training'>, rows: number, args: NoInfer<A>): Call {
  return {
    run: (signal) => engine.run(job, cutOf(rows), args, signal),
    runHere: () => engine.runHere(job, { hi: rows }, args),
  };
}

/** Runs calls one after the other on all threads. */
export async function runCalls(calls: Iterable<Call>, signal: AbortSignal | undefined): Promise<void> {
  for (const each of calls) await each.run(signal);
}
