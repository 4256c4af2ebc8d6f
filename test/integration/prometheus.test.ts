import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openSmallShop, type SmallShop } from '../examples/server-shop.ts';

const root = resolve(import.meta.dirname, '../..');
const bin = readFileSync(join(root, '.services/prometheus/path.txt'), 'utf8').trim();
const deploy = join(root, 'examples/amazon-appliances/deploy');
const alerts = join(deploy, 'prometheus/alerts.yml');
const promtool = (...args: string[]) => execFileSync(join(bin, 'promtool'), args, { encoding: 'utf8' });

let shop: SmallShop;
let url: string;
let folder: string;
let prometheus: ReturnType<typeof spawn>;

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

beforeAll(async () => {
  shop = await openSmallShop();
  folder = mkdtempSync(join(tmpdir(), 'shop-prometheus-'));
  mkdirSync(join(folder, 'data'));
  const config = readFileSync(join(deploy, 'prometheus/prometheus.yml'), 'utf8')
    .replace('shop:8000', new URL(shop.server.url).host.replace('localhost', '127.0.0.1'))
    .replaceAll('15s', '1s');
  writeFileSync(join(folder, 'prometheus.yml'), config);
  writeFileSync(join(folder, 'alerts.yml'), readFileSync(alerts));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`];
  prometheus = spawn(join(bin, 'prometheus'), [...args, '--log.level=error'], { stdio: 'ignore' });
  await use();
  for (let scraped = 0; scraped < 6; await delay(300)) {
    const samples = await query('count_over_time(up{job="shop"}[1m])').catch(() => []);
    scraped = Number(samples[0]?.value[1] ?? 0);
    if (scraped === 3) await use(); // rates need something to happen between two looks
  }
}, 90_000);
afterAll(async () => {
  prometheus?.kill();
  await shop?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Something of everything that is measured. */
async function use() {
  const admin = await shop.login();
  for (let k = 0; k < 3; k++) {
    await shop.get(`/recommendations?user_id=user-${k}&n=3`);
    await shop.get('/recommendations?user_id=nobody&n=3');
    await shop.post('/search', { query: 'filter' });
    const list = ['K0', 'K1'];
    const event = { user_id: `user-${k}`, key: 'landing', key_type: 'page', list_of_recommendations: list };
    await shop.post('/tracking/event', { ...event, event_type: 'page_load' });
    await shop.post('/tracking/event', { ...event, event_type: k === 0 ? 'click_product' : 'scroll_end', key: k === 0 ? 'K0' : 'landing' });
  }
  await shop.get('/monitoring/observations', admin);
}

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

async function query(expression: string): Promise<Sample[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const { status, data, error } = await response.json();
  if (status !== 'success') throw new Error(`${expression}: ${error}`);
  return data.result;
}

describe('the dashboard', () => {
  const { panels } = JSON.parse(readFileSync(join(deploy, 'grafana/dashboards/shop.json'), 'utf8'));

  it.each<[string, string]>(
    panels.flatMap((it: { title: string; targets: { expr: string }[] }) => it.targets.map(({ expr }) => [it.title, expr])),
  )('%s has numbers: %s', async (_, expression) => {
    const samples = await query(expression);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.some(({ value }) => Number.isFinite(Number(value[1])))).toBe(true);
  });
});

describe('the alerts', () => {
  const { groups } = parse(readFileSync(alerts, 'utf8')) as {
    groups: { rules: { alert: string; expr: string; labels: { severity: string } }[] }[];
  };
  const rules = groups.flatMap((it) => it.rules);

  it('and the configuration are well-formed', () => {
    expect(promtool('check', 'rules', alerts)).toContain('SUCCESS');
    expect(promtool('check', 'config', join(folder, 'prometheus.yml'))).toContain('SUCCESS');
  });

  it.each(rules.map(({ alert, expr }) => [alert, expr]))(
    '%s is evaluated and does not fire on a shop that is well',
    async (alert, expression) => {
      const found = await query(expression);
      // How long requests wait is also up to what else the machine does; these rules fire when it lasts for ten minutes.
      const aboutTime = alert === 'EventLoopBusy' || alert === 'ShopSlow';
      expect(aboutTime ? await query(`ALERTS{alertname="${alert}",alertstate="firing"}`) : found).toEqual([]);
    },
  );

  it('look only at metrics that the shop has', async () => {
    const text = await (await shop.get('/metrics')).text();
    const known = new Set([...text.matchAll(/^([a-z_]+)(?:\{| )/gm)].map(([, name]) => name));
    known.add('up');
    const names = rules.flatMap(({ expr }) => [...expr.matchAll(/\b([a-z]+(?:_[a-z]+)*)(?=\{|\[| [<>=]|\))/g)].map(([, name]) => name));
    const words = new Set(['le', 'route', 'model', 'quality', 'status', 'job', 'and', 'or', 'sum', 'rate']);
    expect(names.filter((name) => !words.has(name) && !known.has(name))).toEqual([]);
  });

  /** What goes wrong, and what fires then: alert, first minute it must fire in, labels beside its severity, summary. */
  const troubles: [series: Record<string, string>, alert: string, minute: number, summary: string, ...labels: object[]][] = [
    [{ 'up{job="shop"}': '0x5' }, 'ShopDown', 3, 'The shop does not answer.', { job: 'shop' }],
    [
      {
        'http_request_duration_seconds_count{status="500",route="/search"}': '0+2x20',
        'http_request_duration_seconds_count{status="200",route="/search"}': '0+98x20',
      },
      'ShopErrors',
      15,
      'More than 1 % of the requests fail.',
      {},
    ],
    [
      {
        'http_request_duration_seconds_bucket{route="/search",le="0.25"}': '0+50x20',
        'http_request_duration_seconds_bucket{route="/search",le="0.5"}': '0+60x20',
        'http_request_duration_seconds_bucket{route="/search",le="+Inf"}': '0+60x20',
      },
      'ShopSlow',
      15,
      '/search takes more than a quarter of a second.',
      { route: '/search' },
    ],
    [{ nodejs_eventloop_lag_p99_seconds: '0.2x20' }, 'EventLoopBusy', 12, 'Requests wait more than 100 ms before they are looked at.', {}],
    [{ process_resident_memory_bytes: '2100000000x30' }, 'MemoryHigh', 20, 'The shop takes more than 2 GB.', {}],
    [
      { 'model_age_seconds{model="appliances-als"}': '700000x120' },
      'ModelOld',
      90,
      'appliances-als was trained more than a week ago.',
      { model: 'appliances-als' },
    ],
    [{ 'model_version{model="appliances-als"}': '3x30' }, 'ModelMissing', 20, 'A model is missing.', { model: 'appliances-search' }],
    [
      { 'observations{quality="good"}': '19x400', 'observations{quality="bad"}': '1000x400' },
      'FewGoodLists',
      390,
      'Fewer than 2 % of the lists lead to a click.',
      {},
    ],
    [{ served_coverage: '0.0005x400', products: '20000x400' }, 'FewProductsShown', 390, 'Nearly all lists show the same products.', {}],
  ];

  it('are each tried with something that is wrong', () => {
    expect(troubles.map(([, alert]) => alert)).toEqual(rules.map(({ alert }) => alert));
  });

  it.each(troubles.map((it) => [it[1], it] as const))(
    '%s fires when something is wrong, and not at once',
    (alert, [series, , minute, summary, labels]) => {
      const { severity } = (rules.find((rule) => rule.alert === alert) as (typeof rules)[number]).labels;
      const fired = { exp_labels: { ...labels, severity }, exp_annotations: { summary } };
      const alert_rule_test = [
        { alertname: alert, eval_time: '0m', exp_alerts: [] },
        { alertname: alert, eval_time: `${minute}m`, exp_alerts: [fired] },
      ];
      const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
      const test = join(folder, `${alert}.yml`);
      writeFileSync(test, JSON.stringify({ rule_files: [alerts], tests: [{ interval: '1m', input_series, alert_rule_test }] })); // JSON is YAML
      expect(promtool('test', 'rules', test)).toContain('SUCCESS');
    },
  );
});

it('the metrics of the shop itself are named as Prometheus wants it', async () => {
  const text = await (await shop.get('/metrics')).text();
  const own = text.split(/\n(?=# HELP )/).filter((part) => !/^# HELP (nodejs|process)_/.test(part));
  execFileSync(join(bin, 'promtool'), ['check', 'metrics'], { input: `${own.join('\n').trim()}\n` });
});
