// On a phone: nothing lies on the picture, and the controls fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser } from './page.mjs';

useBrowser();

for (const width of [360, 400]) {
  const phone = { viewport: { width, height: 780 }, hasTouch: true, isMobile: true };

  test(`the page at ${width} pixels: the terminal's button is not on the picture`, async () => {
    const { page, close } = await open(phone);
    const box = (/** @type {string} */ selector) => page.locator(selector).first().boundingBox();
    const [button, picture] = [await box('.node-terminal'), await box('#picture svg')];
    assert.ok(button && picture && button.y + button.height <= picture.y, 'above the picture');
    assert.ok(button.height >= 40, 'a finger hits it');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    await close();
  });

  test(`elements at ${width} pixels: all of the controls are in view`, async () => {
    const { page, close } = await open(phone, { path: 'embed.html', ready: false });
    const walk = page.locator('packet-walk').first();
    await walk.evaluate((walk) => /** @type {any} */ (walk).start());
    const [frame, speed] = [await walk.boundingBox(), await walk.locator('#speed').boundingBox()];
    assert.ok(
      frame && speed && speed.x + speed.width <= frame.x + frame.width,
      JSON.stringify([frame, speed]),
    );
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    await close();
  });
}
