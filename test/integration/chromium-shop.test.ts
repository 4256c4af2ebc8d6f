import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, openSmallShop, type SmallShop } from '../examples/server-shop.ts';

const path = resolve(import.meta.dirname, '../../.services/chromium/path.txt');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** With SCREENSHOTS=docs/images the pictures of the guide are made anew. */
const pictures = process.env.SCREENSHOTS;

let browser: Browser;
let shop: SmallShop;
let url: string;

beforeAll(async () => {
  shop = await openSmallShop();
  url = shop.server.url;
  browser = await chromium.launch({ executablePath: readFileSync(path, 'utf8').trim(), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
});

/** Parts of a page that have no room: controls that something else lies over in their middle, and boxes whose content runs out of them. */
function cramped(): string[] {
  const found: string[] = [];
  for (const box of document.querySelectorAll('main li, main article, main fieldset')) {
    const { overflowY, display } = getComputedStyle(box);
    if (overflowY === 'visible' && display !== 'inline' && box.scrollHeight > box.clientHeight + 1)
      found.push(`too small: ${box.outerHTML}`);
  }
  for (const control of document.querySelectorAll<HTMLElement>('main a, main button, main input, main select, main textarea, footer a')) {
    control.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const { left, top, width, height } = control.getBoundingClientRect();
    if (width < 2 || height < 2) continue; // seen by readers of screens only
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    if (there && !control.contains(there) && !there.contains(control)) found.push(`${control.outerHTML} is under ${there.outerHTML}`);
  }
  return found;
}

/** A page that notes what must not happen: errors, and requests to other hosts. */
async function open(context: BrowserContext, address: string): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage();
  page.setDefaultTimeout(180_000); // others may have the processor
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on(
    'console',
    (message) => message.type() === 'error' && !/404|ERR_INTERNET_DISCONNECTED/.test(message.text()) && problems.push(message.text()),
  );
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) problems.push(request.url());
  });
  await page.goto(url.slice(0, -1) + address);
  return { page, problems };
}

describe('a new shopper', () => {
  it('finds a product by a sentence, buys it, sees changed recommendations, and is remembered', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const { page, problems } = await open(context, '/');
    await page.getByRole('combobox', { name: 'Search products' }).fill('a machine that makes espresso');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '“a machine that makes espresso”' }).waitFor();
    await page
      .getByRole('link', { name: /Espresso Machine/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.getByText('Thank you.').waitFor();
    await page.locator('label', { hasText: '5 stars: Great' }).click();
    await page.getByText('You gave it 5 of 5 stars').waitFor();
    // The stars stay where they are while the sentence beside them changes, so that the mouse stands over the one that was chosen.
    expect(await page.locator('.star-choice label:hover').innerText()).toContain('5 stars');
    await page.reload();
    await page.getByRole('button', { name: 'Bought' }).waitFor();
    await page.getByText('You gave it 5 of 5 stars').waitFor();
    await page.goto(url);
    await page.getByRole('heading', { name: 'Recommended for you' }).waitFor();
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: `${pictures}/shop-flow.png` });
    }
    await page.goto(`${url}you`);
    await page.getByText('Bought', { exact: true }).first().waitFor();
    await page.goto(`${url}product/L3`);
    await page.getByText('Because you opened it').or(page.getByText('speaks for it')).first().waitFor();
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Like', exact: true }).click();
    await page.getByText('That was not saved. The shop cannot be reached.').waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Like', exact: true }).click();
    await page.getByText('Noted. Your next recommendations follow from it.').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('is told when nothing is near what was looked for, and sees the last page for one that is not there', async () => {
    const context = await browser.newContext();
    const { page, problems } = await open(context, '/?q=zzzzqqq');
    await page.getByText('Nothing here is close to that.').waitFor();
    await page.goto(`${url}?page=99`);
    await page.waitForURL(url);
    await page.getByRole('heading', { name: 'Everything in the shop', level: 2 }).waitFor();
    await page.goto(`${url}?category=Laundry`);
    await page.getByRole('heading', { name: 'Laundry', level: 1 }).waitFor();
    await page.goto(`${url}?q=espresso`);
    await page
      .getByRole('link', { name: /Espresso Machine/ })
      .first()
      .click();
    await page.getByText('Because you opened it').waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it('puts things into the cart and buys them', async () => {
    const context = await browser.newContext();
    const { page } = await open(context, '/product/L1');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByRole('link', { name: 'Cart, 1 product' }).click();
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByRole('heading', { name: 'What may come next' }).waitFor();
    await context.close();
  });

  it('is told of at the end of every page', async () => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
    for (const address of ['/', '/product/K0', '/product/X0', '/product/L3']) {
      const { page } = await open(context, address);
      const told = page.waitForRequest(
        (request) => request.url().endsWith('/tracking/event') && /scroll_end/.test(request.postData() ?? ''),
      );
      await page.getByRole('contentinfo').waitFor();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.keyboard.press('End');
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await told;
      await page.close();
    }
    await context.close();
  });
});

describe('the administrator', () => {
  it('is told when the session has ended', async () => {
    for (const [token, told] of [
      [undefined, 0],
      [{ token: 'old', until: 1 }, 1],
      [{ token: 'refused', until: Date.now() + 1e6 }, 1],
    ] as const) {
      const context = await browser.newContext();
      if (token)
        await context.addInitScript(`if (location.pathname === '/admin') sessionStorage.setItem('shop.admin', '${JSON.stringify(token)}')`);
      // Every refused request has arrived before the log-in page does.
      await context.route('**/login', async (route) => {
        await new Promise((arrived) => setTimeout(arrived, 500));
        await route.continue();
      });
      const page = await context.newPage();
      await page.goto(`${url}admin`, { waitUntil: 'commit' });
      await page.getByLabel('Password').waitFor();
      expect(await page.getByRole('alert').filter({ hasText: 'Your session has ended' }).count()).toBe(told);
      await context.close();
    }
  });

  it('logs in, adds a product, trains with progress, and rolls back', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const { page, problems } = await open(context, '/login');
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Administration' }).waitFor();
    await page.getByRole('tab', { name: 'Data' }).click();
    const add = page.getByRole('region', { name: 'Products', exact: true });
    await add.getByRole('button', { name: 'Fill in an example' }).click();
    await add.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('1 added, 0 replaced, 0 left out.').waitFor();
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.getByLabel('When').selectOption('true');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText(/^Done after .* The new model answers/).waitFor();
    await page.getByRole('button', { name: 'Promote version 1 of appliances-als' }).waitFor();
    await page.getByRole('region', { name: 'appliances-als', exact: true }).getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('button', { name: 'Promote version 2 of appliances-als' }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('a list of the first page', () => {
  it('is counted when it is shown, opened and bought from, and the administrator sees how and why', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const { page, problems } = await open(context, '/product/K2');
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.getByText('Thank you.').waitFor();
    await page.goto(url);
    const row = page.getByRole('region', { name: 'Recommended for you' });
    await row.getByRole('link').first().click();
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.getByText('Thank you.').waitFor();
    await page.goto(`${url}login`);
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('tab', { name: 'Placements' }).click();
    await page
      .getByRole('cell', { name: /^[1-9].*%$/ })
      .first()
      .waitFor();
    await page.getByLabel('User id').fill('user-2');
    await page.getByRole('button', { name: 'Show the list' }).click();
    await page.getByRole('list', { name: /^List, / }).waitFor();
    await page.getByLabel('A product that is missed').fill('L3');
    await page.getByRole('button', { name: 'Why is it not there?' }).click();
    await page.getByRole('status').waitFor();
    await page.getByLabel('Recipe').fill('{ "sources": { "popular": 1 } }');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Version 1, saved/).waitFor();
    if (pictures) await page.screenshot({ path: `${pictures}/shop-placements.png` });
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe.each([
  ['a desktop', 1280, 'light'],
  ['a phone', 360, 'dark'],
] as const)('on %s', (_, width, colorScheme) => {
  let context: BrowserContext;
  beforeAll(async () => {
    // The checker is a script of its own, which the policy of the pages would refuse.
    context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    const { token } = await (await shop.post('/auth/login', { role: 'admin', password: adminPassword })).json();
    await context.addInitScript(`sessionStorage.setItem('shop.admin', JSON.stringify({ token: '${token}', until: Date.now() + 1e6 }))`);
  });
  afterAll(() => context.close());

  it.each([
    '/',
    '/?q=filter',
    '/product/K0',
    '/login',
    '/you',
    '/cart',
    '/admin',
    '/admin#data',
    '/admin#models',
    '/admin#placements',
    '/nope',
    '/product/nothing',
  ])('%s has no fault that axe finds, does not scroll sideways and has room for everything', async (address) => {
    const { page } = await open(context, address);
    await page.getByRole('heading').first().waitFor();
    await page.waitForTimeout(500);
    await page.evaluate(axe);
    const violations = await page.evaluate('axe.run(document).then((it) => it.violations.map((v) => v.id + " " + v.nodes[0].html))');
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await page.evaluate(cramped)).toEqual([]);
    await page.close();
  });
});

it.each([320, 360, 390])('the header of a page %i wide has room for everything in it', async (width) => {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const { page } = await open(context, '/');
  const edges = await page.evaluate(() => {
    const of = (selector: string) => (document.querySelector(selector) as Element).getBoundingClientRect();
    return [of('.logo span').right, of('.cart-link').left, of('.person summary').right];
  });
  expect(edges[0]).toBeLessThan(edges[1]);
  expect(edges[2]).toBeLessThanOrEqual(width);
  await context.close();
});
