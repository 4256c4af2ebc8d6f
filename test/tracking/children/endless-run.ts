/** Logs for ever, and says how much it has logged: `endless-run.ts <folder>`. */
import { fileTracker } from '../../../src/tracking/file-tracker.ts';

const run = await fileTracker(process.argv[2]).start({ experiment: 'endless' });
for (let step = 0; ; step++) {
  run.log({ loss: 1 / (step + 1) }, { step });
  if (step % 100 === 0) {
    console.log(`logged ${step + 1}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
