import type { ModelStore } from '../contracts/model-store.ts';
import { memoryModelStore } from '../storage/memory/model-store.ts';
import { readModelStore } from '../storage/shared/model-names.ts';
import { curveOf, noArtifact, noRun, type RunEntry, recordOf } from './entries.ts';
import { registeredModel } from './models.ts';
import { openRun, readExperiment, readRunOptions } from './run.ts';
import type { Tracker } from './tracker.ts';

/**
 * Keeps runs in memory: for tests, and to look at what a program would log.
 * @param models the store for registered models. Default an in-memory store.
 * @throws ERR_BAD_ARGUMENT
 */
export function memoryTracker(models: ModelStore = memoryModelStore()): Tracker {
  readModelStore(models);
  const runs = new Map<string, { entries: RunEntry[]; artifacts: Map<string, Uint8Array> }>();
  const found = (id: string) => {
    const run = runs.get(id);
    if (run) return run;
    throw noRun(id);
  };

  return {
    async start(options) {
      const start = readRunOptions(options);
      const id = `run-${runs.size + 1}`;
      const entries: RunEntry[] = [
        { type: 'start', experiment: start.experiment, name: start.name, time: Date.now() },
        { type: 'parameters', parameters: start.parameters },
        { type: 'tags', tags: start.tags },
      ];
      const artifacts = new Map<string, Uint8Array>();
      runs.set(id, { entries, artifacts });
      return openRun(
        {
          id,
          append: (entry) => void entries.push(entry),
          flush: async () => {},
          putArtifact: async (name, bytes) => void artifacts.set(name, Uint8Array.from(bytes)),
          putModel: (name, bytes, alias) => registeredModel.put(models, { run: id, name, bytes, alias }),
        },
        start,
      );
    },
    async runs(options) {
      const experiment = readExperiment(options);
      const records = Array.from(runs, ([id, { entries }]) => recordOf(id, entries)).filter((record) => record !== undefined);
      return records.filter((record) => experiment === undefined || record.experiment === experiment);
    },
    curve: async (id, metric) => curveOf(found(id).entries, metric),
    artifacts: async (id) => [...found(id).artifacts.keys()].sort(),
    async artifact(id, name) {
      const bytes = found(id).artifacts.get(name);
      if (bytes) return bytes.slice();
      throw noArtifact(id, name);
    },
    model: (reference) => registeredModel.get(models, reference),
  };
}
