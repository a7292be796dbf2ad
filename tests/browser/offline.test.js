// What is open stays useful when the network is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, walk } from './page.mjs';

useBrowser();

test('the page goes on without a network once it is loaded', async () => {
  const { page, errors, close } = await open();
  // The rest of the simulator comes when the page is idle.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('packetwalk_rest.wasm')),
  );
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await walk(page, 'container → internet');
  await page.keyboard.press('End');
  await page.locator('.outcome.good').waitFor();
  await page.locator('#edit').click();
  await page.locator('#script').fill('ip netns add a\nip -n a link set lo up\n');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('#editor').waitFor({ state: 'hidden' });
  assert.deepEqual(await page.locator('#picture .box .pick > .name').allTextContents(), ['a']);
  assert.deepEqual(errors, []);
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
