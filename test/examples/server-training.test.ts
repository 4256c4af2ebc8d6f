import { Interactions, type ModelInfo } from 'attune';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Tokens } from '../../examples/amazon-appliances/server/auth/tokens.ts';
import { Drift } from '../../examples/amazon-appliances/server/domain/drift.ts';
import { Retraining } from '../../examples/amazon-appliances/server/domain/retraining.ts';
import { TrainingJobs } from '../../examples/amazon-appliances/server/domain/training-jobs.ts';
import { mayReplace } from '../../examples/amazon-appliances/server/training/gate.ts';
import { trainInProcess } from '../../examples/amazon-appliances/server/training/run.ts';
import { defaults } from '../../examples/amazon-appliances/settings.ts';
import { openSmallShop, type SmallShop } from './server-shop.ts';

let shop: SmallShop;
beforeAll(async () => {
  shop = await openSmallShop({ isTrained: false });
});
afterAll(() => shop.close());

/** Users of four groups rate five of the ten products of their group. */
function* groups() {
  for (let u = 0; u < 200; u++)
    for (let k = 0; k < 5; k++)
      yield { user: `u${u}`, item: `${u % 4}-${(u * 3 + k * (1 + (u % 3))) % 10}`, value: 5, timestamp: u * 10 + k };
}

const status = async (response: Response | Promise<Response>) => (await response).status;

describe('logging in', () => {
  it('gives a user a new id each time', async () => {
    const first = await (await shop.post('/auth/login', { role: 'user' })).json();
    expect(first).toMatchObject({ token: expect.any(String), user_id: expect.stringMatching(/^user-/), role: 'user', expires_in: 3600 });
    expect((await (await shop.post('/auth/login', { role: 'user' })).json()).user_id).not.toBe(first.user_id);
  });

  it('gives the administrator a token for the right password only', async () => {
    expect(await status(shop.post('/auth/login', { role: 'admin', password: 'wrong' }))).toBe(401);
    expect(await status(shop.post('/auth/login', { role: 'admin' }))).toBe(401);
    expect(await status(shop.post('/auth/login', { role: 'root' }))).toBe(400);
    expect(await shop.login()).toEqual({ authorization: expect.stringMatching(/^Bearer ./) });
  });

  it('signs with another key every hour, and servers with one secret agree', () => {
    const token = new Tokens('one').issue({ user_id: 'a', role: 'user' }, 3_500_000);
    expect(new Tokens('one').read(token, 3_700_000)).toEqual({ user_id: 'a', role: 'user' });
    expect(new Tokens('two').read(token, 3_700_000)).toBeUndefined();
    expect(new Tokens('one').issue({ user_id: 'a', role: 'user' }, 3_700_000).split('.')[0]).not.toBe(token.split('.')[0]);
  });

  it('refuses to go on guessing', async () => {
    const other = await openSmallShop({ isTrained: false });
    const guesses = await Promise.all(Array.from({ length: 15 }, () => other.post('/auth/login', { role: 'admin', password: 'guess' })));
    const refused = guesses.filter((it) => it.status === 429);
    expect(refused.length).toBeGreaterThan(2);
    expect(Number(refused[0].headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused[0].json()).toMatchObject({ error: { code: 'ERR_TOO_MANY_REQUESTS' } });
    expect((await other.post('/auth/login', { role: 'user' })).status).toBe(200);
    await other.close();
  });

  it('makes tokens that end, and that nobody else can make', () => {
    const tokens = new Tokens();
    const token = tokens.issue({ user_id: 'a', role: 'admin' }, 0);
    expect(tokens.read(token, 1000)).toEqual({ user_id: 'a', role: 'admin' });
    expect(tokens.read(token, 3_599_000)).toBeDefined();
    expect(tokens.read(token, 3_600_000)).toBeUndefined();
    expect(new Tokens().read(token, 1000)).toBeUndefined();
    const [header, body, signature] = token.split('.');
    const changed = (part: string, from: string, to: string) =>
      Buffer.from(Buffer.from(part, 'base64url').toString().replace(from, to)).toString('base64url');
    const none = `${changed(header, 'HS256', 'none')}.${body}.`;
    for (const forged of [
      `${header}.${changed(body, '"a"', '"b"')}.${signature}`,
      `${changed(header, 'HS256', 'none')}.${body}.${signature}`,
      none,
      body,
      `${body}.`,
      '..',
      '',
      `${token}.x`,
    ])
      expect(tokens.read(forged, 1000)).toBeUndefined();
  });
});

describe('before anything is trained', () => {
  it('the server lives but is not ready', async () => {
    expect(await status(shop.get('/health'))).toBe(200);
    const response = await shop.get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_NOT_READY', details: { mf_ready: false, ss_ready: false } } });
    expect(await (await shop.get('/status')).json()).toMatchObject({ models: { mf_ready: false, mf: null, embedding_dim: null } });
  });

  it('what needs a model is 503, and the rest works', async () => {
    expect(await status(shop.post('/search', { query: 'washer' }))).toBe(503);
    expect(await status(shop.post('/matrix_factor/user', { user_id: 'user-1' }))).toBe(503);
    expect(await status(shop.get('/recommendations?user_id=user-1'))).toBe(503);
    expect(await status(shop.get('/similar-items?item_id=K0'))).toBe(503);
    expect(await status(shop.get('/products/K0'))).toBe(200);
    expect(await status(shop.get('/'))).toBe(200);
  });
});

/** What would be started: K and L products are wanted as often. */
function retrainingWith(schedule: object) {
  const started: string[] = [];
  const jobs = { running: undefined, start: (kind: string, _: boolean, reason: string) => started.push(`${kind} ${reason}`) as never };
  const drift = new Drift(
    (item) => item[0],
    new Map([
      ['K', 10],
      ['L', 10],
    ]),
  );
  const off = { retrainEveryMinutes: 0, retrainAfterRatings: 0, retrainOnDrift: 0, updateAfterOpinions: 0 };
  return { started, retraining: new Retraining(jobs as never, { ...off, ...schedule }, () => drift) };
}

describe('training', () => {
  it('is for administrators', async () => {
    expect(await status(shop.post('/training', {}))).toBe(401);
    expect(await status(shop.post('/training', {}, { authorization: 'Bearer nonsense' }))).toBe(401);
    expect((await shop.post('/training', {})).headers.get('www-authenticate')).toBe('Bearer');
    expect(await status(shop.post('/training', {}, { authorization: 'Basic YTpi' }))).toBe(401);
    const { token } = await (await shop.post('/auth/login', { role: 'user' })).json();
    const response = await shop.post('/training', {}, { authorization: `Bearer ${token}` });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_FORBIDDEN' } });
    expect(await status(shop.get('/training/x'))).toBe(401);
  });

  it('trains what is asked for, and answers with it then', async () => {
    const admin = await shop.login();
    expect(await status(shop.post('/training', { model_type: 'all' }, admin))).toBe(400);
    const response = await shop.send('POST', '/training', undefined, admin);
    expect([200, 202]).toContain(response.status);
    const { job_id } = await response.json();
    expect(response.headers.get('location')).toBe(`/training/${job_id}`);
    await vi.waitFor(async () => expect((await (await shop.get(`/training/${job_id}`, admin)).json()).status).toBe('completed'), 180_000);
    const job = await (await shop.get(`/training/${job_id}`, admin)).json();
    expect(job).toMatchObject({ model_type: 'both', duration_s: expect.any(Number), models: { length: 3 } });
    expect(await status(shop.get('/health/ready'))).toBe(200);
    expect(await status(shop.post('/search', { query: 'washer' }))).toBe(200);
    expect(await status(shop.get('/training/unknown', admin))).toBe(404);
  });

  it('is one at a time, tells how it goes, goes on answering meanwhile, and lets a new model in that is not worse', async () => {
    const admin = await shop.login();
    const answer = shop.post('/training', { model_type: 'mf', force_retrain: true }, admin);
    const newest = async () => (await (await shop.get('/training', admin)).json()).jobs[0];
    const { job_id } = await vi.waitFor(async () => {
      const job = await newest();
      expect(job.status).toBe('running');
      return job;
    });
    const events = await shop.get(`/training/${job_id}`, { ...admin, accept: 'text/event-stream' });
    expect(events.headers.get('content-type')).toMatch('text/event-stream');
    const second = await shop.post('/training', {}, admin);
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ error: { code: 'ERR_CONFLICT', details: { job_id } } });
    expect(await status(shop.post('/search', { query: 'washer' }))).toBe(200);
    const text = await events.text();
    expect(text).toMatch(/event: running\ndata: \{.*"phase":"training".*\}\n\n/);
    expect(text).toMatch(/event: completed\n/);
    const { gate, models } = await (await shop.get(`/training/${job_id}`, admin)).json();
    expect(gate).toMatchObject({ promoted: true, metric: 'ndcg@10', p_value: expect.any(Number) });
    const als = models.find((it: { name: string }) => it.name === 'appliances-als');
    expect((await (await shop.get('/status')).json()).models.mf.version).toBe(als.version);
    const { jobs } = await (await shop.get('/training', admin)).json();
    expect(jobs[0]).toMatchObject({ job_id, status: 'completed' });
    const response = await answer;
    expect([200, 202]).toContain(response.status); // as it took less or more than the patience of the server
    expect(await response.json()).toMatchObject({ job_id });
  });

  it('can be taken back, and a version be chosen', async () => {
    const admin = await shop.login();
    const version = async () => (await (await shop.get('/status')).json()).models.mf.version;
    const newest = await version();
    const back = await shop.post('/models/appliances-als/rollback', undefined, admin);
    expect(await back.json()).toEqual({ name: 'appliances-als', version: newest - 1 });
    expect(await version()).toBe(newest - 1);
    expect(await status(shop.post('/models/appliances-als/promote', { version: newest }, admin))).toBe(200);
    expect(await version()).toBe(newest);
    for (const version of [999, 0, '1']) {
      expect(await status(shop.post('/models/appliances-als/promote', { version }, admin))).toBe(version === 999 ? 404 : 400);
    }
    expect(await status(shop.post('/models/nothing/rollback', undefined, admin))).toBe(404);
  });

  it('that is killed leaves the old model', async () => {
    const { settings } = shop.system;
    const controller = new AbortController();
    const before = await shop.system.store.list();
    const killed = trainInProcess(settings, 'mf', {
      force: true,
      onProgress: () => controller.abort(new Error('killed')),
      signal: controller.signal,
    });
    await expect(killed).rejects.toMatchObject({ code: 'ERR_TRAINING', message: 'killed' });
    expect(await shop.system.store.list()).toEqual(before);
    expect(await status(shop.get('/recommendations?user_id=user-2'))).toBe(200);
  });

  it('that makes a model significantly worse does not let it in', async () => {
    const ratings = await Interactions.from(groups());
    const good = { ...defaults.als, factors: 8, iterations: 8 };
    const before = { metadata: { settings: good, ratings: { ratings: ratings.size } } } as unknown as ModelInfo;
    const bad = { ...good, factors: 1, regularization: 1e6, iterations: 1 };
    expect(await mayReplace(ratings, bad, before, () => {})).toMatchObject({ promoted: false, p_value: expect.any(Number) });
    expect(await mayReplace(ratings, good, before, () => {})).toMatchObject({ promoted: true });
    expect(await mayReplace(ratings, bad, undefined, () => {})).toMatchObject({ promoted: true });
  });

  it('starts by itself after enough ratings, one at a time', () => {
    const { started, retraining } = retrainingWith({ retrainAfterRatings: 10 });
    retraining.changed(9);
    expect(started).toEqual([]);
    retraining.changed(1);
    expect(started).toEqual(['both ratings']);
    retraining.changed(9);
    expect(started).toEqual(['both ratings']);
    const never = retrainingWith({});
    never.retraining.changed(1e6);
    expect(never.started).toEqual([]);
  });

  it('starts when people want something else than before, and takes in what they say after so many opinions', () => {
    const { started, retraining } = retrainingWith({ retrainOnDrift: 0.25, updateAfterOpinions: 300 });
    const say = (count: number, type: string, item: string) => {
      for (let k = 0; k < count; k++) retraining.heard({ type, item } as never);
    };
    say(250, 'click_product', 'K1');
    say(250, 'click_product', 'L1'); // as before
    expect(started).toEqual([]);
    say(450, 'click_product', 'L1');
    say(50, 'click_product', 'K1');
    expect(started).toEqual(['both drift']);
    say(450, 'click_product', 'L2'); // as of late
    say(50, 'click_product', 'K1');
    say(900, 'page_load', 'K1');
    expect(started).toEqual(['both drift']);
    say(300, 'skip', 'K1');
    expect(started).toEqual(['both drift', 'update opinions']);
  });

  it('takes opinions into the factors that are there, each once', async () => {
    const { system } = shop;
    for (const item_id of ['L0', 'L1']) await shop.post('/feedback', { user_id: 'user-10', item_id, type: 'like' });
    await shop.post('/feedback', { user_id: 'user-10', item_id: 'K0', type: 'skip' });
    const before = system.models.info.find((it) => it.name === 'appliances-als')!.version;
    const job = await trainInProcess(system.settings, 'update');
    expect(job.models).toMatchObject([{ name: 'appliances-als', trained: true }]);
    const { search } = system.models;
    await system.reload();
    expect(system.models.search).toBe(search); // what has not changed is not loaded again
    expect(system.models.info.find((it) => it.name === 'appliances-als')?.metadata).toMatchObject({ updated_from: before });
    expect([...system.models.als!.interactionsOf('user-10')]).toContainEqual({ item: 'L0', value: 5 });
    expect((await trainInProcess(system.settings, 'update')).models).toMatchObject([{ trained: false }]);
  });

  it('that fails says so, and the next one can start', async () => {
    const jobs = new TrainingJobs({ train: async () => Promise.reject(Object.assign(new Error('No ratings.'), { code: 'ERR_EMPTY' })) });
    const job = jobs.start('mf', false);
    await job.finished;
    expect(job.state).toMatchObject({ status: 'failed', error: { code: 'ERR_EMPTY', message: 'No ratings.' } });
    expect(jobs.running).toBeUndefined();
  });

  it('is aborted when the server stops', async () => {
    const jobs = new TrainingJobs({
      train: (_, options) => new Promise((_, fail) => options?.signal?.addEventListener('abort', () => fail(options.signal?.reason))),
    });
    const job = jobs.start('mf', false);
    await jobs.close();
    expect(job.state).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('shutting down') } });
  });
});
