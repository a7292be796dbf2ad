import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, WALKS, walk } from './page.mjs';

useBrowser();

const VERDICTS = { 'internet → container': /Not sent/ };

for (const label of WALKS) {
  test(`${label} plays to its end`, async () => {
    const { page, errors, close } = await open({ reducedMotion: 'reduce' });
    await walk(page, label);
    await page.selectOption('#speed', '4');
    const steps = await page.locator('#trace .step').count();
    assert.ok(steps >= 1, `${steps} steps`);
    if (steps > 1) {
      // The first step in real time, the rest at once.
      await page.locator('#play').click();
      await page.waitForFunction(() => !document.getElementById('count')?.textContent?.startsWith('1 of'));
      await page.locator('#last').click();
    }
    const outcome = page.locator('#outcome');
    await outcome.waitFor();
    assert.match(await outcome.textContent(), VERDICTS[label] ?? /Answered/);
    assert.deepEqual(errors, []);
    await close();
  });
}

test('every step has its sentence, its place in the picture, and its row where one decided', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  const steps = await page.locator('#trace .step').count();
  const seen = { sentences: new Set(), rows: 0, changed: 0, places: new Set() };
  for (let at = 0; at < steps; at++) {
    seen.sentences.add(await page.locator('#sentence').textContent());
    seen.rows += await page.locator('#table .decided').count();
    seen.changed += await page.locator('#header .changed').count();
    seen.places.add(await page.locator('#picture .packet').getAttribute('transform'));
    if (at + 1 < steps) await page.locator('#next').click();
  }
  assert.ok(seen.sentences.size > 15, `${seen.sentences.size} sentences`);
  assert.ok(!seen.sentences.has(''));
  assert.ok(seen.rows >= 6, `${seen.rows} deciding rows`);
  assert.ok(seen.changed >= 5, `${seen.changed} changed fields`);
  assert.ok(seen.places.size > 10, `${seen.places.size} places`);
  assert.deepEqual(errors, []);
  await close();
});

test('MASQUERADE marks the source, the rule and the connection', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  await page.locator('#trace .step.rewrite', { hasText: 'rewrite' }).first().click();
  const changed = page.locator('#header .changed');
  assert.match(await changed.first().textContent(), /^srcwas 172\.17\.0\.2 → 192\.168\.0\.128$/);
  assert.match(await page.locator('#table .decided').textContent(), /-j MASQUERADE/);
  await page.getByRole('tab', { name: 'Conntrack' }).click();
  await page.locator('#last').click();
  await page.locator('#table-ns').selectOption({ label: 'host' });
  assert.match(
    await page.locator('#table').textContent(),
    /src=172\.17\.0\.2 dst=203\.0\.113\.10 .*dst=192\.168\.0\.128/,
  );
  await close();
});

test('a blocked walk ends in a sentence with its rule', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await page.locator('#edit').click();
  const script = await page.locator('#script').inputValue();
  await page.locator('#script').fill(`${script}\niptables -I FORWARD -s 172.17.0.2 -d 172.17.0.3 -j DROP\n`);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('#editor').waitFor({ state: 'hidden' });
  await walk(page, 'container → container');
  await page.locator('#last').click();
  assert.match(
    await page.locator('#outcome').textContent(),
    /Dropped.*-s 172\.17\.0\.2\/32 -d 172\.17\.0\.3\/32 -j DROP/,
  );
  await close();
});

test('a TCP walk to a listener and to a closed port', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await page.locator('#from').selectOption({ label: 'c1' });
  await page.locator('#to').selectOption('172.17.0.3');
  await page.locator('#protocol').selectOption('tcp');
  await page.locator('#port').fill('8080');
  await page.getByRole('button', { name: 'Walk', exact: true }).click();
  await page.locator('#last').click();
  assert.match(await page.locator('#outcome').textContent(), /Answered/);
  await page.locator('#listen').uncheck();
  await page.getByRole('button', { name: 'Walk', exact: true }).click();
  await page.locator('#last').click();
  assert.match(await page.locator('#outcome').textContent(), /Refused/);
  await close();
});

test('picture, trace and tables move one another', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  await page.locator('#picture [data-part="0/FORWARD"]').click();
  assert.match(await page.locator('#where').textContent(), /^host · .*FORWARD/);
  assert.match(await page.locator('#trace [aria-current]').textContent(), /FORWARD/);
  const before = await page.locator('#count').textContent();
  await page.locator('#table .to:not(.now)').first().click();
  assert.notEqual(await page.locator('#count').textContent(), before);
  await page.locator('#picture .pick', { hasText: 'gateway' }).click();
  assert.equal(await page.locator('#table-ns option:checked').textContent(), 'gateway');
  assert.equal(await page.locator('#follow').isChecked(), false);
  await close();
});
