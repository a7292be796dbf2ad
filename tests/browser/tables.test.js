// Tables of any length go to the page by pages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations } from './page.mjs';

useBrowser();

/** Rules of FORWARD before the one that lets the packet through. */
const RULES = 450;

/** @param {import('playwright-core').Page} page */
async function longLab(page) {
  await page.locator('#edit').click();
  const text = page.locator('#script');
  const rules = Array.from(
    { length: RULES },
    (_, at) => `iptables -I FORWARD -p tcp --dport ${at + 1} -j DROP`,
  );
  await text.fill(`${await text.inputValue()}\n${rules.join('\n')}\n`);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('#editor').waitFor({ state: 'hidden' });
}

test('a long table is turned by pages, and turns itself to the row that decided', async () => {
  const { page, errors, close } = await open();
  await longLab(page);
  await page.getByRole('button', { name: 'container → internet', exact: true }).click();
  await page.keyboard.press('Home');
  const rows = page.locator('#table .row');
  const status = page.locator('#table .pages [role=status]');
  await page.locator('#table-ns').selectOption({ label: 'host' });
  await page.locator('#tab-rules').click();
  assert.match(await status.textContent(), /^rows 1 to 200 of 4\d\d$/);
  assert.equal(await rows.count(), 200);
  assert.deepEqual(await violations(page), []);

  // By key: the button stays in focus as long as there is more.
  const later = page.getByRole('button', { name: 'Rows after' });
  await later.focus();
  await page.keyboard.press('Enter');
  assert.match(await status.textContent(), /^rows 201 to 400 of/);
  await page.keyboard.press('Enter');
  assert.match(await status.textContent(), /^rows 401 to (4\d\d) of \1$/);
  assert.ok(await later.isDisabled());
  await page.getByRole('button', { name: 'Rows before' }).click();
  assert.match(await status.textContent(), /^rows 201 to 400 of/);

  // The step that a rule behind all these decided.
  await page.locator('#follow').check();
  await page.locator('#play').focus();
  const decided = page.locator('#table .row.decided');
  for (let tries = 0; tries < 60; tries++) {
    if (/ FORWARD /.test((await decided.allTextContents()).join())) break;
    await page.keyboard.press('ArrowRight');
  }
  assert.match(await decided.textContent(), /-A FORWARD -i docker0 ! -o docker0 -j ACCEPT/);
  assert.ok(await decided.isVisible());
  assert.match(await status.textContent(), /^rows 401 to/);
  assert.deepEqual(errors, []);
  await close();
});
