import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, serveWithout, useBrowser, WALKS, walk } from './page.mjs';

useBrowser();

const AWK = String.raw`printf 'a b\nc d\n' | awk '{ n += length($2); print NR, $2 } END { print n }'`;

/** Runs a lab that needs more than the page's own: what it prints, and what is wrong with it. */
async function printed(/** @type {import('playwright-core').Page} */ page) {
  await page.locator('#edit').click();
  await page.locator('#script').fill(AWK);
  await page.getByRole('button', { name: 'Run' }).click();
  const all = [page.locator('#script-printed').textContent(), page.locator('#script-troubles').textContent()];
  return (await Promise.all(all)).join('');
}

const restOf = (/** @type {import('playwright-core').Page} */ page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('_rest.wasm'))
      .map((entry) => /** @type {PerformanceResourceTiming} */ (entry).initiatorType),
  );

test('the rest of the simulator comes by itself, once the page is up', async () => {
  const { page, errors, close } = await open();
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('_rest.wasm')),
  );
  assert.deepEqual(await restOf(page), ['fetch']);
  assert.equal(await printed(page), '1 b\n2 d\n2\n');
  assert.deepEqual(errors, []);
  await close();
});

test('what needs the rest before it came fetches it there and then', async () => {
  const { page, errors, close } = await open({}, { idle: false });
  assert.deepEqual(await restOf(page), []);
  assert.equal(await printed(page), '1 b\n2 d\n2\n');
  assert.deepEqual(await restOf(page), ['xmlhttprequest']);
  assert.deepEqual(errors, []);
  await close();
});

test('the page comes up and takes its walks without the rest', async () => {
  const server = await serveWithout(['pkg/packetwalk_rest.wasm']);
  after(() => server.close());
  const { page, close } = await open({}, { url: server.url });
  for (const label of WALKS) {
    await walk(page, label);
    await page.keyboard.press('End');
    assert.equal(await page.locator('#complaint').textContent(), '', label);
    assert.match((await page.locator('#outcome').textContent()) ?? '', /./, label);
  }
  assert.match(await printed(page), /packetwalk_rest\.wasm: 404/);
  await close();
});

test('an element takes its walk without the rest', async () => {
  const { page, errors, close } = await open({}, { path: 'embed.html', ready: false, idle: false });
  const verdict = await page.evaluate(async () => {
    await customElements.whenDefined('packet-walk');
    const walk = /** @type {any} */ (document.querySelector('#small'));
    for (const other of document.querySelectorAll('packet-walk')) if (other !== walk) other.remove();
    await walk.start();
    return walk.outcome.verdict;
  });
  assert.equal(verdict, 'answered');
  assert.deepEqual(await restOf(page), []);
  assert.deepEqual(errors, []);
  await close();
});
