import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations } from './page.mjs';

useBrowser();

const BAD = 'ip netns add a\nip link set nosuch up\necho ok\nnosuchtool\n';

test('what goes wrong is marked at its lines while one types, and the page stays as it is', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  const names = () => page.locator('#picture .box .pick > .name').allTextContents();
  const before = await names();
  await page.locator('#edit').click();
  await page.locator('#script').fill(BAD);
  const list = page.locator('#script-troubles');
  await list.getByText('Line 2: Cannot find device "nosuch"').waitFor();
  await list.getByText('Line 4: nosuchtool: command not found').waitFor();
  assert.deepEqual(await page.locator('#script-lines .bad').allTextContents(), ['2', '4']);
  assert.deepEqual(await page.locator('.marks span').allTextContents(), [
    'Cannot find device "nosuch"',
    'nosuchtool: command not found',
  ]);
  assert.equal(await page.locator('#script').getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await names(), before);
  assert.deepEqual(await violations(page), []);
  if (process.env.PACKETWALK_LOOK)
    await page.screenshot({ path: `${process.env.PACKETWALK_LOOK}-editor.png` });
  assert.equal(
    await page.getByText('nosuchtool: command not found').count(),
    2,
    'in the text and in the list',
  );
  await list.getByText('Line 4').click();
  assert.equal(
    await page.locator('#script').evaluate((text) => {
      const { value, selectionStart, selectionEnd } = /** @type {HTMLTextAreaElement} */ (text);
      return value.slice(selectionStart, selectionEnd);
    }),
    'nosuchtool',
  );
  await page.locator('#script').fill('ip netns add a\n');
  await page.waitForFunction(() => !document.querySelector('#script-lines .bad'));
  assert.equal(await page.locator('#script').getAttribute('aria-invalid'), 'false');
  assert.deepEqual(errors, []);
  await close();
});

test('a command without end, half typed, does not hold the page up', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await page.locator('#edit').click();
  const lab = await page.locator('#script').inputValue();
  await page.locator('#script').fill(`${lab}nosuch\nping 203.0.113.10\n`);
  const began = Date.now();
  await page.locator('#script-troubles').getByText('nosuch: command not found').waitFor();
  assert.ok(Date.now() - began < 5000, `${Date.now() - began} ms`);
  assert.deepEqual(errors, []);
  await close();
});
