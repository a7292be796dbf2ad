import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser } from './page.mjs';

useBrowser();

test('the page of matches and targets has a row for each, from the code', async () => {
  const { page, errors, close } = await open({}, { path: 'matches.html' });
  const rows = await page.locator('tbody tr').evaluateAll((all) => all.map(({ id }) => id));
  for (const wanted of ['m-conntrack', 'm-statistic', 'j-DNAT', 'j-REJECT'])
    assert.ok(rows.includes(wanted), wanted);
  assert.deepEqual(rows, [...new Set(rows)]);
  assert.match(
    (await page.locator('#m-ttl4').textContent()) ?? '',
    /Time to live.*IPv4 only.*exact.*xt_hl\.c/,
  );
  assert.deepEqual(errors, []);
  await close();
});

test('on a phone nothing of a row is cut off', async () => {
  const { page, close } = await open({ viewport: { width: 360, height: 740 } }, { path: 'matches.html' });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  const cut = await page
    .locator('tbody th, tbody td, tbody code')
    .evaluateAll((cells) =>
      cells.filter((cell) => cell.getBoundingClientRect().right > 350).map((cell) => cell.textContent),
    );
  assert.deepEqual(cut, []);
  await close();
});
