import { type ProductTask, productMessages } from './load-products.ts';
import { sendAll, taskOfThread } from './threads.ts';

await sendAll(productMessages(taskOfThread<ProductTask>()));
