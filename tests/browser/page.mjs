// Opens the page in Debian's Chromium.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The article's seven walks. */
export const WALKS = [
  'host → internet',
  'host → LAN',
  'host → container',
  'container → container',
  'container → internet',
  'container → LAN',
  'internet → container',
];

let browser;
let server;

/** Starts the browser. */
export const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

/** Call once in a test file: the browser and the server live as long as its tests. */
export function useBrowser() {
  before(async () => {
    server = await serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
}

/** A page with the lab loaded, `idle` at times or never. `errors` collects whatever the console complains about. */
export async function open(options = {}, { url = server.url, path = '', ready = true, idle = true } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  const hosts = new Set();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:') hosts.add(host);
  });
  if (!idle) await page.addInitScript('globalThis.requestIdleCallback = () => 0');
  await page.goto(url + path);
  if (ready) await page.waitForSelector('body[data-ready]');
  return { page, errors, hosts, close: () => context.close() };
}

/** Presses one of the article's walks and stops it at its first step. */
export async function walk(page, label) {
  await page.getByRole('button', { name: label, exact: true }).click();
  if ((await page.locator('#play').getAttribute('data-playing')) === 'true')
    await page.locator('#play').click();
  await page.keyboard.press('Home');
}

/** Another name for the page's address, with the given files missing. */
export const serveWithout = (missing) => serve({ missing });

/** Serious and critical findings of axe-core. */
export async function violations(page) {
  // The page's own policy forbids foreign scripts, so axe comes in by the debugger.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
}
