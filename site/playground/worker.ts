/// <reference lib="webworker" />
import { benchmark } from './benchmark.ts';
import type { Reply, Request } from './messages.ts';
import { readFile } from './read-file.ts';
import { type SetName, sets } from './sets.ts';
import { messageOf, Trained } from './training.ts';

let trained: Trained | undefined;
const say = (reply: Reply) => postMessage(reply);

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).catch((error) => say({ type: 'failed', message: messageOf(error) }));
});

async function answer(request: Request): Promise<void> {
  if (request.type === 'train') {
    const { source, families } = request;
    say({ type: 'progress', family: 'reading', phase: 'reading', part: undefined });
    const table = 'set' in source ? sets[source.set as SetName].make() : await readFile(source.file);
    trained = await Trained.train(table, families, say);
  } else if (request.type === 'benchmark') await benchmark(say);
  else if (request.type === 'ask')
    say({ type: 'list', id: request.id, ...(trained?.ask(request.family, request.user, request.history) ?? { list: [], had: [] }) });
  else say({ type: 'found', id: request.id, list: (await trained?.search(request.query)) ?? [] });
}
