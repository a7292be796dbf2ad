// What is open stays useful when the network is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, walk } from './page.mjs';

useBrowser();

test('the page goes on without a network once it is loaded', async () => {
  const { page, close } = await open();
  /** @type {string[]} */
  const missed = [];
  // Chromium itself asks for the icon anew when the address changes.
  page.on('requestfailed', (request) => {
    if (!request.url().endsWith('icon.svg')) missed.push(request.url());
  });
  // The rest of the simulator comes when the page is idle.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('packetwalk_rest.wasm')),
  );
  // And what is opened later: the labs, the terminals, the gallery.
  await page.waitForSelector('dialog.gallery', { state: 'attached' });
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await page.locator('#lab').selectOption('labs/q/stale-udp.sh');
  await page.waitForFunction(
    () => !(/** @type {HTMLTextAreaElement} */ (document.getElementById('script')).value.includes('2015')),
  );
  assert.equal(await page.locator('#complaint').isVisible(), false);
  await page.locator('#gallery').click();
  await page.locator('[data-lab="labs/docker-2015.sh"]').click();
  await page.getByRole('button', { name: 'container → internet' }).waitFor();
  await page.getByRole('button', { name: /^Terminal of/ }).click();
  await page.locator('.xterm-helper-textarea:focus').waitFor({ state: 'attached' });
  await page.keyboard.type('echo $((6*7))');
  await page.keyboard.press('Enter');
  await page.locator('.xterm-rows').filter({ hasText: '42' }).waitFor();
  await page.getByRole('button', { name: 'Close the terminals' }).click();
  await walk(page, 'container → internet');
  await page.keyboard.press('End');
  await page.locator('.outcome.good').waitFor();
  await page.locator('#edit').click();
  await page.locator('#script').fill('ip netns add a\nip -n a link set lo up\n');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('#editor').waitFor({ state: 'hidden' });
  assert.deepEqual(await page.locator('#picture .box .pick > .name').allTextContents(), ['a']);
  assert.deepEqual(missed, []);
  await close();
});

test('what was not fetched in time is said to be missed for want of a network', async () => {
  for (const [path, said] of /** @type {const} */ ([
    ['', /did not load: this browser is offline, and it was not fetched before/],
    ['?lang=zh', /没有加载成功：浏览器离线了/],
  ])) {
    const { page, close } = await open({}, { path, idle: false });
    await page.context().setOffline(true);
    for (const press of ['#gallery', '#terminal']) {
      await page.locator(press).click();
      await page.locator('#complaint').filter({ hasText: said }).waitFor();
    }
    await page.locator('#lab').selectOption('labs/q/stale-udp.sh');
    await page.locator('#complaint').filter({ hasText: said }).waitFor();
    await close();
  }
});

test('who saves data fetches nothing ahead', async () => {
  const { page, close } = await open({}, { ready: false });
  await page.addInitScript('Object.defineProperty(navigator, "connection", { value: { saveData: true } })');
  await page.reload();
  await page.waitForSelector('body[data-ready]');
  await page.waitForTimeout(1500);
  const names = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.deepEqual(
    names.filter((name) => /xterm|gallery|labs\/q/.test(name)),
    [],
  );
  await close();
});

test('the tutorial is searched without a network once its index is there', async () => {
  const { page, close } = await open({}, { path: 'tutorial/en/index.html', ready: false });
  await page.waitForLoadState('networkidle');
  await page.keyboard.press('/');
  await page.locator('#mdbook-searchbar, #searchbar').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await page.keyboard.type('masquerade');
  const found = page.locator('#mdbook-searchresults li, #searchresults li');
  await found.first().waitFor();
  assert.ok((await found.count()) > 2);
  await close();
});
