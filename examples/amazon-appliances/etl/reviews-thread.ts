import { buffersOfMessage, type ReviewTask, reviewBatches } from './read-reviews.ts';
import { sendAll, taskOfThread } from './threads.ts';

await sendAll(reviewBatches(taskOfThread<ReviewTask>()), buffersOfMessage);
