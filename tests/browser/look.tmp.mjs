import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const server = await serve({ folder: '/tmp/M/www' });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const [w, hgt, scheme, lang] of [
  [1280, 900, 'light', ''],
  [1280, 900, 'dark', ''],
  [390, 844, 'light', '?lang=zh'],
  [390, 844, 'dark', ''],
]) {
  const context = await browser.newContext({
    viewport: { width: w, height: hgt },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('pageerror', (e) => console.log('pageerror', String(e)));
  page.on('console', (m) => m.type() === 'error' && console.log('console', m.text()));
  await page.addInitScript(() => Object.defineProperty(globalThis, 'Worker', { value: undefined }));
  await page.goto(server.url + lang);
  await page.waitForSelector('body[data-ready]', { timeout: 60000 });
  await page.locator('#matrix').click();
  await page.locator('dialog.matrix .status', { hasText: /questions asked\.|个问题/ }).waitFor();
  await page.locator('dialog.matrix tbody tr:nth-child(2) td').nth(4).click();
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  console.log(
    w,
    scheme,
    violations.map(
      (v) =>
        `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target).slice(0, 3)} ${v.nodes[0].any[0]?.message ?? ''}`,
    ),
  );
  console.log(
    'width',
    await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.querySelector('dialog.matrix').scrollWidth,
      document.querySelector('dialog.matrix').clientWidth,
      document.querySelector('dialog.matrix').scrollHeight,
      document.querySelector('dialog.matrix').clientHeight,
    ]),
  );
  await page.screenshot({ path: `/tmp/M/look-${w}-${scheme}.png` });
  await page.keyboard.press('ArrowLeft');
  console.log(
    await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
    '|',
    await page.locator('.why').textContent(),
  );
  await page.keyboard.press('Escape');
  console.log(
    'open',
    await page.locator('dialog.matrix').isVisible(),
    await page.evaluate(() => document.activeElement.id),
  );
  await context.close();
}
await browser.close();
server.close();
