// Who can reach whom: asked in workers, a grid that keys move in, and a walk behind each cell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations } from './page.mjs';

useBrowser();

const LAB = [
  'docker network create inner --internal --subnet 10.9.0.0/24 >/dev/null',
  'for n in 1 2 3; do docker run -d --name web$n nginx >/dev/null; done',
  'docker run -d --name db --network inner redis >/dev/null',
  '',
].join('\n');

/** Opens the matrix of a lab, when all is asked. */
async function matrix(page, script = LAB, done = 'questions asked.') {
  await page.locator('#edit').click();
  await page.locator('#script').fill(script);
  await page.locator('#editor button.primary').click();
  const editor = page.locator('#editor');
  if (await editor.isVisible()) await page.locator('#editor button[value="close"]').click();
  await page.locator('#matrix').click();
  await page.locator('dialog.matrix .status', { hasText: done }).waitFor();
  return page.locator('dialog.matrix');
}

/** The port on show. */
const port = (dialog, label) => dialog.getByRole('combobox').selectOption({ label });

for (const viewport of [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
])
  test(`who reaches whom, ${viewport.width} wide`, async () => {
    const { page, errors, close } = await open({ reducedMotion: 'reduce', viewport });
    const dialog = await matrix(page);
    await port(dialog, 'tcp/80');
    const rows = await dialog.locator('tbody th').allTextContents();
    assert.deepEqual(rows, ['host', 'web1 … web3 (3)', 'db']);
    const cell = (from, to) => dialog.getByRole('gridcell', { name: new RegExp(`^${from}.* → ${to}.*: `) });
    assert.match(await cell('web1', 'web1').getAttribute('aria-label'), /answered$/);
    assert.equal(await cell('web1', 'web1').textContent(), '✓');
    assert.match(await cell('web1', 'db').getAttribute('aria-label'), /dropped$/);
    assert.equal(await cell('web1', 'db').textContent(), '·');
    // Why, of the cell that has the focus.
    await cell('web1', 'db').focus();
    assert.match(await dialog.locator('.why').textContent(), /^web1 → 10\.9\.0\.2 tcp\/80: dropped\. .*DROP/);
    assert.deepEqual(await violations(page), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= viewport.width, `${wide}`);
    if (process.env.PACKETWALK_LOOK)
      await page.screenshot({ path: `${process.env.PACKETWALK_LOOK}-matrix-${viewport.width}.png` });
    // Keys move, Enter or the button walks.
    await page.keyboard.press('ArrowLeft');
    const at = dialog.locator(':focus');
    assert.match(await at.getAttribute('aria-label'), /web1 … web3 \(3\) 172\.17\.0\.2 …: answered$/);
    assert.equal(await at.getAttribute('aria-selected'), 'true');
    assert.equal(await dialog.locator('[aria-selected], td[tabindex="0"]').count(), 1);
    if (viewport.width > 640) await page.keyboard.press('Enter');
    else await dialog.getByRole('button', { name: 'Show the walk' }).click();
    assert.equal(await dialog.isVisible(), false);
    await page.locator('#play').focus();
    await page.keyboard.press('End');
    await page.locator('#outcome', { hasText: /172\.17\.0\.3 answered web1/ }).waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

test('without workers the page asks itself, and what is no port is refused', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await page.evaluate(() => {
    Object.defineProperty(globalThis, 'Worker', { value: undefined });
  });
  const dialog = await matrix(page);
  await dialog.getByRole('textbox').fill('udp/53');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.locator('.status', { hasText: 'questions asked.' }).waitFor();
  await port(dialog, 'udp/53');
  await dialog.getByRole('textbox').fill('http');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.locator('.status', { hasText: 'http is not a port' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await dialog.isVisible(), false);
  assert.equal(await page.locator(':focus').getAttribute('id'), 'matrix');
  await close();
});

test('the matrix in Chinese', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' }, { path: '?lang=zh' });
  const dialog = await matrix(page, LAB, '个问题。');
  await dialog.getByRole('combobox', { name: '端口', exact: true }).selectOption({ label: 'tcp/80' });
  await dialog.getByRole('gridcell', { name: /^web1.* → db.*: / }).focus();
  assert.match(await dialog.locator('.why').textContent(), /^web1 → 10\.9\.0\.2 tcp\/80: .*[\u4e00-\u9fff]/);
  const texts = await dialog.locator('h2, label span, button, .status, .signs, thead th:first-child').all();
  for (const text of texts) {
    const said = (await text.getAttribute('aria-label')) ?? (await text.textContent()) ?? '';
    assert.match(said, /[\u4e00-\u9fff]/);
    assert.doesNotMatch(said, /[a-z]{2}/);
  }
  assert.deepEqual(errors, []);
  await close();
});
