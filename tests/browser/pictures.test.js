// The page's looks, held against pictures that were looked at: PACKETWALK_SCREENSHOT=1 makes them anew.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { open, useBrowser, walk } from './page.mjs';

useBrowser();

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'pictures');
/** Of all pixels, so many may differ: fonts are drawn a little differently on each machine. */
const TOLERANCE = 0.03;

/** How much of two pictures of one size differs, from 0 to 1. */
function difference(/** @type {PNG} */ a, /** @type {PNG} */ b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.2 }) / (a.width * a.height);
}

for (const [width, height] of [
  [1280, 900],
  [390, 844],
]) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const name = `page-${width}-${colorScheme}.png`;
    test(`looks as it did: ${name}`, async () => {
      const viewport = { width, height };
      const { page, close } = await open({ viewport, colorScheme, reducedMotion: 'reduce' });
      await walk(page, 'container → internet');
      await page.keyboard.press('End');
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      const taken = await page.screenshot({ animations: 'disabled' });
      await close();
      const file = join(FOLDER, name);
      if (process.env.PACKETWALK_SCREENSHOT) {
        mkdirSync(FOLDER, { recursive: true });
        writeFileSync(file, taken);
      }
      const part = difference(PNG.sync.read(taken), PNG.sync.read(readFileSync(file)));
      assert.ok(part <= TOLERANCE, `${(part * 100).toFixed(1)} % of its pixels differ`);
    });
  }
}
