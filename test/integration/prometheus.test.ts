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
  const { groups } = parse(readFileSync(alerts, 'utf8')) as { groups: { rules: { alert: string; expr: string }[] }[] };
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

  it('fire when something is wrong', () => {
    const test = join(folder, 'test.yml');
    const series = [
      { series: 'up{job="shop"}', values: '0x5' },
      { series: 'model_age_seconds{model="appliances-als"}', values: '900000x120' },
      { series: 'http_request_duration_seconds_count{status="500",route="/search"}', values: '0+60x20' },
      { series: 'http_request_duration_seconds_count{status="200",route="/search"}', values: '0+60x20' },
    ];
    const fires = (alertname: string, eval_time: string, exp_alerts: object[]) => ({ alertname, eval_time, exp_alerts });
    const summary = (text: string, labels: object) => ({ exp_labels: labels, exp_annotations: { summary: text } });
    const alert_rule_test = [
      fires('ShopDown', '3m', [summary('The shop does not answer.', { severity: 'page', job: 'shop' })]),
      fires('ShopErrors', '15m', [summary('More than 1 % of the requests fail.', { severity: 'page' })]),
      fires('ModelOld', '90m', [
        summary('appliances-als was trained more than a week ago.', { severity: 'ticket', model: 'appliances-als' }),
      ]),
    ];
    const tests = [{ interval: '1m', input_series: series, alert_rule_test }];
    writeFileSync(test, JSON.stringify({ rule_files: [alerts], tests })); // JSON is YAML
    expect(promtool('test', 'rules', test)).toContain('SUCCESS');
  });
});

it('the metrics of the shop itself are named as Prometheus wants it', async () => {
  const text = await (await shop.get('/metrics')).text();
  const own = text.split(/\n(?=# HELP )/).filter((part) => !/^# HELP (nodejs|process)_/.test(part));
  execFileSync(join(bin, 'promtool'), ['check', 'metrics'], { input: `${own.join('\n').trim()}\n` });
});
