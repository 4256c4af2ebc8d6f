import type { DataStore } from '../../../contracts/data-store.ts';
import type { TestRunner } from '../test-runner.ts';
import { allOrNothing } from './all-or-nothing.ts';
import { eventsAppended, eventsSelected } from './events.ts';
import { dataStoreIds } from './ids.ts';
import { interactionsDeleted } from './interactions-deleted.ts';
import { interactionsModel } from './interactions-model.ts';
import { interactionsPut } from './interactions-put.ts';
import { interactionsRead } from './interactions-read.ts';
import { interactionsReplaced } from './interactions-replaced.ts';
import { streamPositions } from './positions.ts';
import { productPagesAndBadRows, productRows } from './products.ts';
import { dataStoreSuite } from './suite.ts';
import { transactions } from './transactions.ts';

/**
 * What every DataStore promises. `open` makes an empty one, whose products take `title` (text) and `features` (JSON), and whose
 * interactions take `note` (text).
 */
export function dataStoreConformance(open: () => DataStore | Promise<DataStore>, runner: TestRunner): void {
  const suite = dataStoreSuite(open, runner);
  productRows(suite);
  productPagesAndBadRows(suite);
  interactionsPut(suite);
  interactionsReplaced(suite);
  interactionsRead(suite);
  interactionsDeleted(suite);
  interactionsModel(suite);
  eventsAppended(suite);
  eventsSelected(suite);
  dataStoreIds(suite);
  allOrNothing(suite);
  transactions(suite);
  streamPositions(suite);
}
