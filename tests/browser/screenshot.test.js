import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { open, useBrowser, walk } from './page.mjs';

useBrowser();

const FILE = join(dirname(fileURLToPath(import.meta.url)), '../../www/screenshot.png');

test('the picture of the page for the README', async () => {
  const viewport = { width: 1280, height: 1120 };
  const { page, close } = await open({ reducedMotion: 'reduce', viewport });
  await walk(page, 'container → internet');
  await page.locator('#trace .step.rewrite', { hasText: 'rewrite' }).first().click();
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
  const options = process.env.PACKETWALK_SCREENSHOT ? { path: FILE } : {};
  const picture = await page.screenshot(options);
  assert.ok(picture.length > 50_000);
  await close();
});
