import { join } from 'node:path';
import { AlsRecommender, Interactions, type Recommendation } from 'attune';
import { s3ModelStore } from 'attune/s3';
import { afterAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../support/child.ts';
import { serviceUrl, skippedService } from '../support/service.ts';

const skipped = skippedService('s3');
const endpoint = skipped ? 'http://127.0.0.1:1' : serviceUrl('s3');
const prefix = `replicas-${Date.now().toString(36)}/`;
const started: Child[] = [];
afterAll(() => started.map(({ process }) => process.kill('SIGKILL')));

/** A replica in a process of its own. */
async function start(): Promise<{ child: Child; ask(user: string): Promise<Answer> }> {
  const child = await startChild(join(import.meta.dirname, '../support/s3-replica.ts'), endpoint, prefix);
  started.push(child);
  const port = (await child.line('listening on ')).slice('listening on '.length);
  return { child, ask: async (user) => (await fetch(`http://127.0.0.1:${port}/?user=${user}`)).json() as Promise<Answer> };
}

interface Answer {
  version: number;
  list: Recommendation[];
}

const users = Array.from({ length: 60 }, (_, k) => `u${k}`);
const ratings = (step: number) =>
  users.flatMap((user, k) => Array.from({ length: 8 }, (_, j) => ({ user, item: `i${(k * step + j * j * 3) % 40}` })));

describe.skipIf(skipped)(`replicas of a model in S3${skipped ? ` (${skipped})` : ''}`, () => {
  it('follow what an alias points at without a wrong answer, come and go, and hold nothing else', { timeout: 120_000 }, async () => {
    const store = s3ModelStore({ endpoint, bucket: 'attune', credentials: { accessKeyId: 'test', secretAccessKey: 'testsecret' }, prefix });
    const models = [];
    for (const step of [1, 7])
      models.push(await new AlsRecommender({ factors: 8, seed: step }).fit(await Interactions.from(ratings(step))));
    const expected = models.map((als) => new Map(users.map((user) => [user, als.recommend(user, { n: 5 })])));
    await models[0].save(store, 'als');
    await store.promote('als', 1, 'production');

    const [one, two] = await Promise.all([start(), start()]);
    /** Asks for everybody until both replicas have a version; each answer on the way is wholly that of one version. */
    const turnTo = async (version: number, replicas = [one, two]) => {
      for (const end = Date.now() + 30_000; ; ) {
        const versions = new Set<number>();
        for (const { ask } of replicas) {
          for (const user of users.slice(0, 10)) {
            const answer = await ask(user);
            expect(answer.list).toEqual(expected[answer.version - 1].get(user));
            versions.add(answer.version);
          }
        }
        if (versions.size === 1 && versions.has(version)) return;
        expect(Date.now(), `replicas have ${[...versions]}, not ${version}`).toBeLessThan(end);
      }
    };
    await turnTo(1);
    await models[1].save(store, 'als');
    await turnTo(1); // a version that nobody promoted
    await store.promote('als', 2, 'production');
    await turnTo(2);
    one.child.process.kill('SIGKILL');
    await store.rollback('als', 'production');
    await turnTo(1, [two, await start()]);
  });
});
