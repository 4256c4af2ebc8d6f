import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';

const executablePath = readFileSync(join(import.meta.dirname, '../../.services/chromium/path.txt'), 'utf8').trim();

test('a browser starts and runs WebAssembly', async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const page = await browser.newPage();
    expect(await page.evaluate(() => typeof WebAssembly.instantiate)).toBe('function');
  } finally {
    await browser.close();
  }
});
