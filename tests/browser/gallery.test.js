import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { open, useBrowser, violations } from './page.mjs';

useBrowser();

test('the gallery has a card for each lab of the list, with its words, and shows the one that is chosen', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  const offered = await page
    .locator('#lab option:not([hidden])')
    .evaluateAll((all) => all.map((option) => /** @type {HTMLOptionElement} */ (option).value));
  const url = new URL('../../www/labs/gallery.json', import.meta.url);
  const cards = JSON.parse(await readFile(url, 'utf8'));
  assert.deepEqual(
    cards.map(({ lab }) => lab),
    offered,
  );
  await page.getByRole('button', { name: 'Labs', exact: true }).click();
  const gallery = page.locator('dialog.gallery');
  await gallery.waitFor();
  assert.equal(await gallery.locator('[data-lab]').count(), offered.length);
  assert.equal(await gallery.locator('[aria-current]').getAttribute('data-lab'), 'labs/docker-2015.sh');
  for (const { about, surprise } of cards)
    assert.ok(
      [about, surprise].every((text) => text.endsWith('.')),
      about,
    );
  assert.deepEqual(await violations(page), []);
  if (process.env.PACKETWALK_LOOK)
    await page.screenshot({ path: `${process.env.PACKETWALK_LOOK}-gallery.png` });
  await gallery.getByRole('searchbox').fill('vpn');
  assert.equal(await gallery.locator('[data-lab]:visible').count(), 1);
  await gallery.getByRole('searchbox').fill('nosuchword');
  assert.match((await gallery.textContent()) ?? '', /No lab has these words/);
  await gallery.getByRole('searchbox').fill('');
  await gallery.getByRole('button', { name: /What --internal cuts off/ }).click();
  assert.equal(await gallery.isVisible(), false);
  await page.waitForFunction(() => location.hash.includes('internal'));
  assert.equal(await page.locator('#lab').inputValue(), 'labs/q/internal.sh');
  assert.deepEqual(errors, []);
  await close();
});

test('by keys alone', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await page.locator('#gallery').focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog.gallery').waitFor();
  await page.locator('dialog.gallery [data-lab="labs/q/ufw.sh"]').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.includes('ufw'));
  await page.locator('#gallery').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog.gallery').isVisible(), false);
  assert.deepEqual(errors, []);
  await close();
});
