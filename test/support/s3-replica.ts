import { createServer } from 'node:http';
import { AlsRecommender } from 'attune';
import { s3ModelStore } from 'attune/s3';

/** A server without a state of its own: it answers by the version of a model in S3 that an alias points at. */
const [endpoint, prefix] = process.argv.slice(2);
const store = s3ModelStore({ endpoint, bucket: 'attune', credentials: { accessKeyId: 'test', secretAccessKey: 'testsecret' }, prefix });
const load = async (reference: string) => {
  const { version, bytes } = await store.get(reference);
  return { version, als: AlsRecommender.fromBytes(bytes) };
};
let serving = await load('als@production');

const server = createServer((request, response) => {
  const user = new URL(request.url as string, 'http://localhost').searchParams.get('user') as string;
  response.end(JSON.stringify({ version: serving.version, list: serving.als.recommend(user, { n: 5 }) }));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${(server.address() as { port: number }).port}`));

for await (const { version } of store.watch('als', 'production', { since: serving.version })) serving = await load(`als@${version}`);
