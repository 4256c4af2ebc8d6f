import { sendAll, taskOfThread } from '../etl/threads.ts';
import { type UserIndexes, userIndexes } from './user-indexes.ts';

await sendAll(userIndexes(taskOfThread<UserIndexes>()));
