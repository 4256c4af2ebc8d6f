import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLinks } from '../docs/dead-links.ts';
import { serveFolder } from './site/static-server.ts';

const root = resolve(import.meta.dirname, '../..');
const dist = join(root, 'site/.vitepress/dist');
/** Where pictures of the pages go, to look at them: `SITE_PICTURES=/tmp/site npm run test:integration chromium-site`. */
const pictures = process.env.SITE_PICTURES;

let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  if (!process.env.SITE_BUILT) execFileSync('npx', ['vitepress', 'build', 'site'], { cwd: root, stdio: 'ignore' });
  ({ origin, server } = await serveFolder(dist));
  const executablePath = readFileSync(join(root, '.services/chromium/path.txt'), 'utf8').trim();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A page whose errors fail the test. */
async function open(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(180_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(origin + path);
  return { page, errors };
}

async function picture(page: Page, name: string): Promise<void> {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

describe('the documentation site', () => {
  test('has no link that leads nowhere', () => {
    const { dead, links } = deadLinks(dist);
    expect(dead).toEqual([]);
    expect(links).toBeGreaterThan(1000);
  });

  test('has every page as Markdown, and a list of them for programs', () => {
    const list = readFileSync(join(dist, 'llms.txt'), 'utf8');
    const pages = [...list.matchAll(/\]\(\/([^)]+\.md)\): (.*)/g)];
    expect(pages.length).toBeGreaterThan(30);
    for (const [, page, lead] of pages) {
      expect(existsSync(join(dist, page))).toBe(true);
      expect(existsSync(join(dist, page.replace(/\.md$/, '.html')))).toBe(true);
      expect(lead.length, page).toBeGreaterThan(10);
    }
  });

  test('finds words in every page without a server', async () => {
    const { page, errors } = await open('/');
    await page.click('#local-search button');
    await page.fill('#localsearch-input', 'whyNot');
    await page.waitForSelector('.results .result');
    expect(await page.locator('.results').innerText()).toMatch(/Recommenders|hybrid|ranking/i);
    expect(errors).toEqual([]);
    await picture(page, 'search');
    await page.close();
  });

  test('gives a program for the answers to its four questions, and keeps them in the address', async () => {
    const { page, errors } = await open('/which-model.html');
    await page.getByLabel('What comes next, after what they just did?').check();
    await page.getByLabel('one to five interactions').check();
    expect(await page.locator('.advice strong').innerText()).toBe('SequenceLinearRecommender');
    await picture(page, 'which-model');
    await page.reload();
    expect(await page.locator('.code code').innerText()).toContain('new SequenceLinearRecommender()');
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('the playground', () => {
  test('trains models, compares them with intervals, answers, and comes back from its address', { timeout: 300_000 }, async () => {
    const { page, errors } = await open('/playground.html?set=dishes&models=popularity,item-knn,als');
    await page.getByRole('button', { name: 'Train and compare' }).click();
    await page.waitForSelector('ol[aria-label=Recommendations] li');
    const rows = await page.locator('.play tbody tr').allInnerTexts();
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatch(/0\.\d{3} ± 0\.\d{3}/);
    const list = await page.locator('ol[aria-label=Recommendations]').innerText();
    await page.getByRole('searchbox').last().fill('curry');
    await page.getByRole('button', { name: /Add katsu curry/ }).click();
    await expect.poll(() => page.locator('ol[aria-label=Recommendations]').innerText()).not.toBe(list);
    await picture(page, 'playground');
    await page.reload();
    await page.waitForSelector('ul[aria-label=Found] li');
    expect(await page.locator('ol[aria-label=Recommendations]').innerText()).toBe(list);
    expect(errors).toEqual([]);
    await page.close();
  });

  test('takes a file, and says what is wrong with one that it cannot take', { timeout: 300_000 }, async () => {
    const { page, errors } = await open('/playground.html?models=popularity,als');
    const lines = Array.from(
      { length: 60 },
      (_, k) => `"u${k % 12}";i${(k * 7) % 10};${1 + (k % 5)};2024-01-${String(1 + (k % 28)).padStart(2, '0')}`,
    );
    const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.setInputFiles('input[type=file]', file('bad.csv', 'colour;size\nred;1\n'));
    await page.waitForSelector('[role=alert]');
    expect(await page.locator('[role=alert]').innerText()).toContain('The columns are: colour, size');
    await page.setInputFiles('input[type=file]', file('orders.csv', `customer_id;sku;rating;date\n${lines.join('\n')}\n`));
    await page.waitForSelector('ol[aria-label=Recommendations] li, .quiet');
    expect(await page.locator('.facts').innerText()).toMatch(/orders\.csv: \d+ rows, 12 users, 10 items/);
    expect(errors).toEqual([]);
    await page.close();
  });

  test('works without a network after the first visit', { timeout: 300_000 }, async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(`${origin}/playground.html`);
    await page.evaluate('navigator.serviceWorker.ready.then(() => new Promise((done) => setTimeout(done, 300)))');
    await context.setOffline(true);
    await page.goto(`${origin}/playground.html?set=dishes&models=popularity,ease&run=1`);
    await page.waitForSelector('ol[aria-label=Recommendations] li', { timeout: 180_000 });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await picture(page, 'playground-phone-dark');
    await context.close();
  });

  test('measures the browser', { timeout: 300_000 }, async () => {
    const { page, errors } = await open('/playground.html');
    await page.getByRole('button', { name: 'Measure this browser' }).click();
    await page.getByRole('button', { name: 'Measure again' }).waitFor({ timeout: 240_000 });
    const rows = await page.locator('.bench tbody tr').allInnerTexts();
    expect(rows).toHaveLength(6);
    for (const row of rows) expect(row).toMatch(/\d (ms|s)\b/);
    expect(errors).toEqual([]);
    await picture(page, 'benchmark');
    await page.close();
  });
});
