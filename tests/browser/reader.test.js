import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations, walk } from './page.mjs';

useBrowser();

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [
    { width: 1280, height: 900 },
    { width: 360, height: 740 },
  ]) {
    test(`axe finds nothing serious, ${colorScheme}, ${viewport.width} px`, async () => {
      const { page, close } = await open({ colorScheme, viewport, reducedMotion: 'reduce' });
      await walk(page, 'container → internet');
      assert.deepEqual(await violations(page), []);
      await page.locator('#trace .step.rewrite').first().click();
      await page.getByRole('tab', { name: 'Rules' }).click();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('End');
      assert.deepEqual(await violations(page), []);
      await page.locator('#edit').click();
      assert.deepEqual(await violations(page), []);
      await close();
    });
  }
}

test('everything by keyboard', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const count = () => page.locator('#count').textContent();
  const focused = () =>
    page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
  // To the first walk, and press it.
  for (let tries = 0; tries < 20 && (await focused()) !== 'host → internet'; tries++) await press('Tab');
  assert.equal(await focused(), 'host → internet');
  await press('Enter', 'Home');
  assert.match(await count(), /^1 of /);
  await press('ArrowRight', 'ArrowRight', 'ArrowLeft');
  assert.match(await count(), /^2 of /);
  await press('End');
  const [at, of] = (await count()).split(' of ');
  assert.equal(at, of);
  await press('Home');
  // Space plays when no button has the focus.
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
  await press('Space');
  assert.equal(await page.locator('#play').getAttribute('aria-label'), 'Pause');
  await press('Space');
  // A machine in the picture is a button; so is its drawer.
  const toggle = page.getByRole('button', { name: 'The path inside gateway' });
  await toggle.focus();
  await press('Enter');
  assert.equal(await toggle.getAttribute('aria-expanded'), 'true');
  assert.ok(await page.locator('#picture [data-part="1/FORWARD"]').count());
  assert.equal(await toggle.evaluate((e) => e === document.activeElement), true);
  // The trace is one stop, with arrows inside.
  await page.locator('#trace .step[tabindex="0"]').focus();
  await press('ArrowDown', 'ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-current')), 'step');
  // Tabs by arrows.
  await page.locator('#tabs [aria-selected="true"]').focus();
  const before = await focused();
  await press('ArrowRight');
  assert.notEqual(await focused(), before);
  // Focus can be seen.
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, 'solid');
  await close();
});

test('a step is said aloud once', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  const live = page.locator('[aria-live="polite"]');
  assert.equal(await live.count(), 1);
  assert.ok((await live.textContent()).length > 10);
  await close();
});

test('a phone has no sideways scroll and shows one table at a time', async () => {
  const { page, close } = await open({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const widest = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(await widest(), 360);
  await walk(page, 'container → internet');
  await page.keyboard.press('End');
  assert.equal(await widest(), 360);
  const order = ['#picture', '#sentence', '#table', '#trace'];
  const tops = await Promise.all(order.map(async (id) => (await page.locator(id).boundingBox()).y));
  assert.deepEqual(
    tops.toSorted((a, b) => a - b),
    tops,
  );
  for (const id of ['back', 'play', 'next']) {
    const box = await page.locator(`#${id}`).boundingBox();
    assert.ok(box.width >= 40 && box.height >= 40, `${id}: ${box.width} × ${box.height}`);
  }
  await close();
});

test('with less motion the packet jumps, without it rides', async () => {
  for (const reducedMotion of ['reduce', 'no-preference']) {
    const { page, close } = await open({ reducedMotion });
    await walk(page, 'container → internet');
    const places = await page.evaluate(async () => {
      const seen = new Set();
      const packet = document.querySelector('#picture .packet');
      document.getElementById('next')?.click();
      for (let frame = 0; frame < 40; frame++) {
        seen.add(packet?.getAttribute('transform'));
        await new Promise(requestAnimationFrame);
      }
      document.getElementById('last')?.click();
      for (let frame = 0; frame < 20; frame++) {
        seen.add(packet?.getAttribute('transform'));
        await new Promise(requestAnimationFrame);
      }
      return seen.size;
    });
    if (reducedMotion === 'reduce') assert.ok(places <= 3, `${places} places`);
    await close();
  }
});

test('nothing moves unless asked', async () => {
  const { page, close } = await open();
  const at = () => page.locator('#picture .packet').getAttribute('transform');
  const before = await at();
  await page.waitForTimeout(1600);
  assert.equal(await at(), before);
  assert.match(await page.locator('#count').textContent(), /^1 of /);
  await close();
});

test('light, dark, and as the system has it', async () => {
  const { page, close } = await open({ colorScheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const theme = page.locator('#theme');
  const dark = await ground();
  await theme.click();
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  await page.waitForSelector('body[data-ready]');
  assert.equal(await ground(), light);
  await theme.click();
  assert.equal(await ground(), dark);
  await theme.click();
  assert.match(await theme.getAttribute('aria-label'), /auto/);
  await close();
});
