import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { clientCode } from '../../examples/amazon-appliances/server/client-code.ts';
import { readConfig } from '../../examples/amazon-appliances/server/config.ts';
import { startServer } from '../../examples/amazon-appliances/server/index.ts';
import { useSmallShop } from './use-small-shop.ts';

const { shop } = useSmallShop();

describe('an agent', () => {
  it('searches, recommends, compares and asks for reasons by the tools of the endpoint', async () => {
    const agent = new Client({ name: 'test', version: '1' });
    await agent.connect(new StreamableHTTPClientTransport(new URL('/mcp', shop.server.url)));
    const { tools } = await agent.listTools();
    expect(tools.map((it) => it.name)).toEqual(['search', 'recommend', 'similar', 'product', 'reasons']);
    interface Told {
      products: { id: string; reasons: string[] }[];
      product: { features: string[] };
      reasons: string[];
      isError: unknown;
      text: string;
    }
    const call = async (name: string, args: Record<string, unknown>): Promise<Told> => {
      const { structuredContent, isError, content } = await agent.callTool({ name, arguments: args });
      return { ...(structuredContent as Told), isError, text: (content as { text: string }[])[0].text };
    };
    const { products } = await call('search', { query: 'a machine that makes espresso', n: 1 });
    expect(products[0]).toMatchObject({
      id: 'K2',
      price: { amount: 3000, currency: 'USD' },
      url: '/product/K2',
      rating: { value: 4.2, count: 98 },
    });
    expect((await call('recommend', { liked: ['K2'], n: 2 })).products[0].reasons.length).toBeGreaterThan(0);
    expect((await call('similar', { product_id: 'K2', n: 2 })).products).toHaveLength(2);
    expect((await call('product', { product_id: 'K2' })).product.features).toContain('Lasts long');
    expect((await call('reasons', { user_id: 'user-2', product_id: 'K2' })).reasons.length).toBeGreaterThan(0);
    expect(await call('product', { product_id: 'nothing' })).toMatchObject({ isError: true, text: expect.stringContaining('nothing') });
    expect(await call('search', { query: '' })).toMatchObject({ isError: true });
    expect(await call('search', { query: 'x', where: { titel: 'y' } })).toMatchObject({
      isError: true,
      text: expect.stringContaining('titel'),
    });
    expect(await call('search', { query: 'x', more: 1 })).toMatchObject({ isError: true });
    expect(await call('steal', {})).toMatchObject({ isError: true });
    await agent.close();
  });

  it('is refused where a page of another site asks', async () => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const accept = 'application/json, text/event-stream';
    expect((await shop.post('/mcp', ping, { accept, origin: 'https://elsewhere.example' })).status).toBe(403);
    const answer = await shop.post('/mcp', ping, { accept });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await shop.get('/mcp')).status).toBe(405);
  });
});

describe('GraphQL', () => {
  const ask = async (query: string, variables?: object) => (await shop.post('/graphql', { query, variables })).json();

  it('answers several questions at once, with the fields that are wanted', async () => {
    const query = `query ($user: ID!) {
      product(id: "K2") { id title price similar(n: 2) { score product { id } } }
      nothing: product(id: "none") { id }
      search(query: "water filter", n: 1) { similarity product { id store } }
      recommendations(user: $user, n: 2) { strategy recommendations { reasons product { title } } }
      placement(name: "home", user: $user, n: 2) { version recommendation_id recommendations { product { id } } }
      categories { name count }
    }`;
    const { data, errors } = await ask(query, { user: 'user-2' });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ product: { id: 'K2', price: 30 }, nothing: null, search: [{ product: { id: 'K5' } }] });
    expect(data.product.similar).toHaveLength(2);
    expect(data.recommendations.recommendations[0].reasons.length).toBeGreaterThan(0);
    expect(data.placement.recommendation_id).toContain('.');
  });

  it('takes null for what may be left out', async () => {
    const query = '{ recommendations(user: "x", interests: null) { strategy } search(query: "filter", mode: null, n: 1) { similarity } }';
    expect(await ask(query)).toMatchObject({ data: { recommendations: { strategy: 'popular' }, search: [{}] } });
    const placement = await ask('{ placement(name: "home", user: "x", item: null, n: 1) { recommendations { score } } }');
    expect(placement.data.placement.recommendations).toHaveLength(1);
  });

  it('says of a variable of another type that it is, and does not call it a fault of the server', async () => {
    const query = 'query ($q: String!) { search(query: $q) { similarity } }';
    const { errors } = await ask(query, { q: 5 });
    expect(errors).toMatchObject([{ message: expect.stringContaining('$q'), extensions: { code: 'ERR_VALIDATION' } }]);
  });

  it.each([
    '{',
    '{ products }',
    '{ search(query: "x", n: 1000) { similarity } }',
    '{ search(query: "") { similarity } }',
    '{ placement(name: "nowhere", user: "x") { version } }',
    `{ ${Array.from({ length: 20 }, (_, k) => `a${k}: search(query: "x") { similarity }`).join(' ')} }`,
    '{ product(id: "K0") { similar { product { similar { product { similar { product { similar { score } } } } } } } } }',
    `{ ${'categories { name } '.repeat(2000)} }`,
  ])('says what is wrong with %s', async (query) => {
    const { errors } = await ask(query.slice(0, 20_001));
    expect(errors?.[0]?.message ?? 'body').toBeTruthy();
    expect(JSON.stringify(errors ?? '')).not.toMatch(/node_modules|\.ts:\d/);
  });
});

describe('a socket', () => {
  const open = (id: string, message?: string) =>
    new Promise<{ code: number; states: { status: string }[] }>((done) => {
      const socket = new WebSocket(new URL(`/training/${id}/updates`, shop.server.url.replace('http', 'ws')));
      const states: { status: string }[] = [];
      socket.on('open', () => message && socket.send(message));
      socket.on('message', (data) => states.push(JSON.parse(String(data))));
      socket.on('close', (code) => done({ code, states }));
      socket.on('error', () => {});
    });

  it('tells how a training goes to an administrator, and to nobody else', async () => {
    const admin = await shop.login();
    const token = admin.authorization.slice('Bearer '.length);
    const { job_id } = await (await shop.post('/training', { model_type: 'mf', force_retrain: true }, admin)).json();
    const { code, states } = await open(job_id, JSON.stringify({ token }));
    expect(code).toBe(1000);
    expect(states.at(-1)).toMatchObject({ status: 'completed', job_id });
    expect((await open(job_id, '{"token":"x"}')).code).toBe(4401);
    expect((await open(job_id, 'nonsense')).code).toBe(4401);
    expect((await open('nothing', JSON.stringify({ token }))).code).toBe(4404);
  }, 240_000);
});

describe('each of them', () => {
  it('is not there when it is switched off', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { MCP: 'off', GRAPHQL: 'off', WEBSOCKET: 'off' });
    const closed = await startServer(shop.system, { port: 0, host: '127.0.0.1' }).finally(() => {
      for (const name of ['MCP', 'GRAPHQL', 'WEBSOCKET']) if (before[name] === undefined) delete process.env[name];
    });
    for (const path of ['/mcp', '/graphql']) {
      expect(
        (await fetch(new URL(path, closed.url), { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status,
      ).toBe(404);
    }
    expect((await fetch(new URL('/training/x/updates', closed.url))).status).toBe(404);
    await closed.close();
    expect(readConfig({}).doors).toEqual({ mcp: true, graphql: true, websocket: true });
  });
});

describe('the typed client', () => {
  it('calls every route, and does not compile with a misspelt field', async () => {
    const code = clientCode(await (await shop.get('/openapi.json')).json());
    const folder = mkdtempSync(join(tmpdir(), 'shop-client-'));
    const use = (line: string) => `import { shopClient } from './client.ts';\nconst shop = shopClient({ url: 'http://x' });\n${line}\n`;
    writeFileSync(join(folder, 'client.ts'), code);
    writeFileSync(
      join(folder, 'right.ts'),
      use("const title: string = (await shop.postSearch({ body: { query: 'x', top_k: 3 } })).results[0].title; console.log(title);"),
    );
    writeFileSync(join(folder, 'wrong.ts'), use("await shop.postSearch({ body: { qery: 'x' } });"));
    const options = {
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
    };
    const faults = (file: string) =>
      ts
        .getPreEmitDiagnostics(ts.createProgram([join(folder, file)], options))
        .map((it) => ts.flattenDiagnosticMessageText(it.messageText, ' '));
    expect(faults('right.ts')).toEqual([]);
    expect(code).toMatch(/postSearch: .*results: Array<\{ similarity: number; parent_asin: string;/);
    expect(code).toMatch(/job_id: string;.*progress\?: \{ phase: string; done: number; total\?: number \}/);
    expect(faults('wrong.ts').join()).toContain('qery');
    writeFileSync(
      join(folder, 'client.mjs'),
      ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText,
    );
    const { shopClient } = await import(pathToFileURL(join(folder, 'client.mjs')).href);
    const client = shopClient({ url: shop.server.url });
    expect(await client.getProductsId({ path: { id: 'K2' } })).toMatchObject({ parent_asin: 'K2' });
    expect((await client.getSimilarItems({ query: { item_id: 'K2', n: 2 } })).recommendations).toHaveLength(2);
    await expect(client.getProductsId({ path: { id: 'nothing' } })).rejects.toMatchObject({ status: 404, code: 'ERR_NOT_FOUND' });
    rmSync(folder, { recursive: true });
  }, 240_000);
});
