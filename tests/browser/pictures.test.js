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

/** How wide some words are here: a machine with other fonts has nothing to compare. */
const fonts = (/** @type {import('playwright-core').Page} */ page) =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d');
    return ['system-ui', 'sans-serif', 'monospace'].map((family) => {
      if (canvas) canvas.font = `16px ${family}`;
      return Math.round(canvas?.measureText('packetwalk MASQUERADE 172.17.0.2').width ?? 0);
    });
  });

for (const [width, height] of [
  [1280, 900],
  [390, 844],
]) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const name = `page-${width}-${colorScheme}.png`;
    test(`looks as it did: ${name}`, async (t) => {
      const viewport = { width, height };
      const { page, close } = await open({ viewport, colorScheme, reducedMotion: 'reduce' });
      await walk(page, 'container → internet');
      await page.keyboard.press('End');
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
      const taken = await page.screenshot({ animations: 'disabled' });
      const [file, widths] = [join(FOLDER, name), join(FOLDER, 'fonts.txt')];
      const here = JSON.stringify(await fonts(page));
      await close();
      if (process.env.PACKETWALK_SCREENSHOT) {
        mkdirSync(FOLDER, { recursive: true });
        writeFileSync(file, taken);
        writeFileSync(widths, `${here}\n`);
      }
      if (readFileSync(widths, 'utf8').trim() !== here)
        return t.skip('the pictures were taken with other fonts');
      const part = difference(PNG.sync.read(taken), PNG.sync.read(readFileSync(file)));
      assert.ok(part <= TOLERANCE, `${(part * 100).toFixed(1)} % of its pixels differ`);
    });
  }
}
