import { sendAll, taskOfThread } from '../etl/threads.ts';
import { prepareUserIndexes, type ThreadTask } from './user-indexes.ts';

// biome-ignore lint/correctness/useYield: nothing is sent but the end
async function* work(): AsyncGenerator<never> {
  const { started, ...task } = taskOfThread<ThreadTask>();
  const write = prepareUserIndexes(task);
  Atomics.wait(started, 0, 0);
  if (Atomics.load(started, 0) === 1) write();
}

await sendAll(work());
