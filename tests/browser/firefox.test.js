// A smoke run in Debian's Firefox, driven by WebDriver BiDi.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch } from 'puppeteer-core';
import { serve } from './server.mjs';

const FIREFOX = '/usr/bin/firefox-esr';
const options = { skip: existsSync(FIREFOX) ? false : 'no firefox-esr' };

let browser;
let server;

before(async () => {
  if (options.skip) return;
  server = await serve();
  browser = await launch({ browser: 'firefox', executablePath: FIREFOX, headless: true });
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** A page of that size; `errors` collects what it complains about. */
async function open(path, { width, height }) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.setViewport({ width, height });
  await page.goto(server.url + path);
  return { page, errors };
}

for (const size of [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`a walk on the page, ${size.width} pixels wide`, options, async () => {
    const { page, errors } = await open('', size);
    await page.waitForSelector('body[data-ready]');
    await page.locator('::-p-aria(container → internet)').click();
    await page.keyboard.press('End');
    await page.waitForSelector('.outcome.good');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
    assert.deepEqual(errors, []);
    await page.close();
  });
}

test('the element in a page', options, async () => {
  const { page, errors } = await open('embed.html', { width: 1280, height: 900 });
  await page.waitForFunction(() => {
    const root = document.querySelector('packet-walk')?.shadowRoot;
    return root?.querySelectorAll('li').length > 3;
  });
  assert.deepEqual(errors, []);
  await page.close();
});
