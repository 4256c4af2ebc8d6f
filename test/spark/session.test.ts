import { sparkAls } from 'attune/spark';
import { afterEach, describe, expect, it } from 'vitest';
import { Interactions } from '../../src/entries/index.ts';
import { type ConnectAddress, connectAddress } from '../../src/spark/connect/address.ts';
import { Channel } from '../../src/spark/connect/channel.ts';
import { query, rowsOf } from '../../src/spark/connect/plans.ts';
import { ConnectSession } from '../../src/spark/connect/session.ts';
import { type Answer, type Call, FakeSpark, reply } from '../support/fake-spark.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function listening(answer: (call: Call, times: number) => Answer) {
  const server = new FakeSpark(answer);
  open.push(server);
  return { server, url: await server.listen() };
}

async function started(answer: (call: Call, times: number) => Answer) {
  const { server, url } = await listening(answer);
  const session = new ConnectSession(connectAddress(url, 'cluster') as ConnectAddress, undefined);
  open.unshift(session);
  return { server, session, url };
}

const plan = rowsOf(query('SELECT 1'));
const executed = (server: FakeSpark) => server.methods.filter((method) => /Execute/.test(method));

describe('an execution', () => {
  it('is attached again where a stream ends before it, after the last message that came', async () => {
    const { server, session } = await started(({ method }, times) => {
      if (method === 'ExecutePlan') return { messages: [reply.progress('r1'), reply.progress('r2')] };
      return method === 'ReattachExecute' && times === 2 ? { messages: [reply.progress('r3'), reply.complete('r4')] } : {};
    });
    const seen: string[] = [];
    await session.execute(plan, { each: (each) => seen.push(each.text(13)) });
    expect(seen).toEqual(['r1', 'r2', 'r3']);
    expect(executed(server)).toEqual(['ExecutePlan', 'ReattachExecute', 'ReattachExecute', 'ReleaseExecute']);
    const [first, again] = server.calls;
    expect(again.request.text(3)).toBe(first.request.text(6));
    expect(again.request.text(5)).toBe('r2');
  });
  it('is attached again where the connection breaks', async () => {
    const { server, session } = await started(({ method }) =>
      method === 'ExecutePlan'
        ? { messages: [reply.progress('r1')], breaks: true }
        : { messages: method === 'ReattachExecute' ? [reply.complete('r2')] : [] },
    );
    await session.execute(plan);
    expect(executed(server)).toEqual(['ExecutePlan', 'ReattachExecute', 'ReleaseExecute']);
  });
  it('is sent again where the request never arrived', async () => {
    const { server, session } = await started(({ method }, times) => {
      if (method === 'ExecutePlan') return times === 1 ? { status: 14, error: 'gone' } : { messages: [reply.complete('r1')] };
      return method === 'ReattachExecute' ? { status: 13, error: '[INVALID_HANDLE.OPERATION_NOT_FOUND] no such operation' } : {};
    });
    await session.execute(plan);
    expect(executed(server)).toEqual(['ExecutePlan', 'ReattachExecute', 'ExecutePlan', 'ReleaseExecute']);
  });
  it('is not attached again when Spark says that it failed', async () => {
    const { server, session } = await started(({ method }) => (method === 'ExecutePlan' ? { status: 13, error: 'no such täble' } : {}));
    await expect(session.execute(plan)).rejects.toMatchObject({ code: 'ERR_CLUSTER', message: expect.stringContaining('no such täble') });
    expect(executed(server)).toEqual(['ExecutePlan', 'ReleaseExecute']);
  });
  it('is interrupted by an abort, which rejects with its reason', async () => {
    const { server, session } = await started(({ method }) =>
      method === 'ReattachExecute'
        ? { status: 13, error: 'OPERATION_CANCELED' }
        : method === 'ExecutePlan'
          ? { messages: [reply.progress('r1')] }
          : {},
    );
    const stop = new AbortController();
    const reason = new Error('enough');
    await expect(session.execute(plan, { signal: stop.signal, each: () => stop.abort(reason) })).rejects.toBe(reason);
    expect(server.methods).toContain('Interrupt');
    expect(server.methods.at(-1)).toBe('ReleaseExecute');
  });
});

describe('a request without an answer', () => {
  it('ends, and the next one goes over another connection, since packets of the first may get lost', async () => {
    const { server, url } = await listening((_, times) => (times === 1 ? { hangs: true } : { messages: [reply.version('4.0.1')] }));
    const channel = new Channel(connectAddress(url, 'cluster') as ConnectAddress, undefined);
    const patience = { silenceMs: 50 };
    await expect(channel.unary('AnalyzePlan', new Uint8Array(0), patience)).rejects.toThrow('said nothing');
    const answer = await channel.unary('AnalyzePlan', new Uint8Array(0), patience);
    channel.close();
    expect(answer.message(8).text(1)).toBe('4.0.1');
    expect(server.connections).toBe(2);
  });
});

describe('sparkAls', () => {
  const interactions = Interactions.fromColumns({ users: ['a'], items: ['x'] });

  it.each(['AnalyzePlan', 'Config', 'AddArtifacts', 'ExecutePlan'])(
    'ends within seconds of an abort when the server says nothing from %s on',
    async (from) => {
      const { server, url } = await listening(({ method }) => {
        if (server.methods.includes(from)) return { hangs: true };
        return { messages: method === 'AnalyzePlan' ? [reply.version('4.0.1')] : [] };
      });
      const reason = new Error('enough');
      const stop = new AbortController();
      const begun = performance.now();
      const fit = sparkAls({ cluster: url, interactions }, { signal: stop.signal });
      setTimeout(() => stop.abort(reason), 200);
      await expect(fit).rejects.toBe(reason);
      expect(performance.now() - begun).toBeLessThan(5000);
      expect(server.methods.at(-1)).toBe('ReleaseSession');
    },
  );

  it('refuses Spark 3, and gives the session back', async () => {
    const { server, url } = await listening(({ method }) => (method === 'AnalyzePlan' ? { messages: [reply.version('3.5.7')] } : {}));
    await expect(sparkAls({ cluster: url, interactions })).rejects.toMatchObject({
      code: 'ERR_NOT_SUPPORTED',
      message: expect.stringContaining('3.5.7'),
    });
    expect(server.methods).toEqual(['AnalyzePlan', 'ReleaseSession']);
  });
  it('sends the token with every request, and gives the session back when the cluster fails', async () => {
    const { server, url } = await listening(({ method }) => {
      if (method === 'AnalyzePlan') return { messages: [reply.version('4.0.1')] };
      return method === 'ExecutePlan' ? { status: 13, error: 'out of everything' } : {};
    });
    await expect(sparkAls({ cluster: `${url}/;token=t;use_ssl=false`, interactions })).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
    expect(server.methods.at(-1)).toBe('ReleaseSession');
    expect(server.calls.every(({ headers }) => headers.authorization === 'Bearer t')).toBe(true);
  });
  it.each([
    [16, /token/],
    [7, /rights/],
  ])('says what to do about status %i', async (status, message) => {
    const { url } = await listening(() => ({ status, error: 'no' }));
    await expect(sparkAls({ cluster: url, interactions })).rejects.toMatchObject({
      code: 'ERR_CLUSTER',
      message: expect.stringMatching(message),
    });
  });
  it('says that nobody listens', async () => {
    await expect(sparkAls({ cluster: 'sc://127.0.0.1:1', interactions })).rejects.toMatchObject({
      code: 'ERR_CLUSTER',
      message: expect.stringContaining('cannot be reached'),
    });
  });
});
