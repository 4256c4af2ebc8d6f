import {
  eventInteractions,
  eventsToCsv,
  expireEvents,
  forgetUser,
  Interactions,
  memoryDataStore,
  memoryModelStore,
  observationCounts,
  observations,
} from 'attune';

const data = memoryDataStore();
const models = memoryModelStore();
await data.events.appendMany([
  { user: 'A1', type: 'page_load', key: 'home', key_type: 'page', list_of_recommendations: ['B01', 'B02'] },
  { user: 'A1', type: 'click_product', key: 'B01', key_type: 'product' },
]);
observationCounts(await observations(data.events.all())); // { total: 1, good: 1, bad: 0, pending: 0, successRate: 1 }
await Interactions.from(eventInteractions(data.events.all(), { click_product: 1, purchase: 5 }), { duplicates: 'sum' });
for await (const line of eventsToCsv(data.events.all())) line.length; // write it where you like
await expireEvents(data.events, { maxAgeMs: 90 * 24 * 60 * 60 * 1000 });

const report = await forgetUser('A1', { data, models }); // { user: 'A1', interactions: 0, events: 2, models: [], answers: 0 }

export { report };
