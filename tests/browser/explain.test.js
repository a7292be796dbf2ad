// A step says why: what was tried, what the packet had instead, and where in the kernel it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations, walk } from './page.mjs';

useBrowser();

const USER = '#lab=labs%2Fpublish%2Fdocker-user.sh&from=neighbour&walk=nc+-z+-v+-n+-w+1+192.168.0.128+8080';

/** Goes to the step of the trace that has this text. */
const step = (page, text) => page.locator('#trace .step', { hasText: text }).first().click();

/** Opens what the step on show tried: a `details` is filled when the browser says that it has opened. */
async function openTried(page) {
  await page.locator('#opened summary').click();
  await page.locator('#opened li').first().waitFor();
}

test('a step is opened: each rule with the condition that failed, in both values', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' }, { path: USER });
  await step(page, '-A DOCKER-USER');
  const opened = page.locator('#opened');
  assert.match(await opened.locator('summary').textContent(), /^Rules tried \(\d+\)$/);
  assert.equal(await opened.locator('li').count(), 0);
  await opened.locator('summary').focus();
  await page.keyboard.press('Enter');
  const missed = opened.locator('li', { hasText: '-A DOCKER-USER' }).first();
  assert.match(await missed.textContent(), /^✗.*not met: --dport 8080: it is 80$/);
  assert.match(
    await page.locator('#sentence').textContent(),
    /does not match: it asks for “--dport 8080”, but it is 80\.$/,
  );
  // It stays open, and a rule of it leads to its step.
  await opened.locator('.go').last().click();
  assert.ok(await opened.locator('li.here').count());
  await step(page, '172.17.0.0/16 dev docker0');
  assert.match(await opened.locator('summary').textContent(), /^Routes looked at/);
  const won = opened.locator('li.accept');
  assert.match(
    await won.textContent(),
    /172\.17\.0\.0\/16 dev docker0.*the longest prefix that holds 172\.17\.0\.2/,
  );
  assert.match(await opened.locator('li.missed').last().textContent(), /172\.17\.0\.2 is not in it/);
  assert.deepEqual(errors, []);
  await close();
});

test('a connection’s entry before and after', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  await step(page, 'ESTABLISHED, reply of');
  await openTried(page);
  const [before, after] = await page.locator('#opened code').allTextContents();
  assert.match(before, /UNREPLIED/);
  assert.doesNotMatch(after, /UNREPLIED/);
  await step(page, 'NEW  icmp');
  assert.match(await page.locator('#opened').textContent(), /no entry in the table.*a new entry/);
  await close();
});

test('how it ends is said above the trace from the start, and leads to the step that decided', async () => {
  const path = '#lab=labs%2Fbridge-nf%2Fforward-policy.sh&from=vm1&walk=ping+-c1+-W1+10.0.0.2';
  const { page, close } = await open({ reducedMotion: 'reduce' }, { path });
  assert.match(await page.locator('#count').textContent(), /^1 of/);
  const ending = page.locator('#trace .ending');
  assert.match(await ending.textContent(), /^× Dropped .*-P FORWARD DROP/);
  await ending.click();
  assert.match(await page.locator('#trace [aria-current]').textContent(), /-P FORWARD DROP/);
  await close();
});

test('the kernel’s path: the box that the packet is in, those that it passed, and a way to each by key', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  await step(page, 'MASQUERADE');
  const box = (/** @type {string} */ key) => page.locator(`#flow [data-flow="${key}"]`);
  assert.equal(await page.locator('#flow-title').textContent(), 'Inside host');
  assert.equal(await box('POSTROUTING').getAttribute('aria-current'), 'step');
  assert.equal(await box('POSTROUTING/nat').getAttribute('aria-current'), 'step');
  assert.equal(await box('FORWARD/filter').getAttribute('title'), 'accepted');
  assert.equal(await box('FORWARD/filter').locator('.mark').textContent(), '✓');
  assert.equal(await box('bridge').getAttribute('title'), 'passed');
  assert.equal(await box('INPUT').isDisabled(), true);
  assert.equal(await box('out').getAttribute('title'), 'still to come');
  await box('FORWARD/filter').focus();
  await page.keyboard.press('Enter');
  assert.match(await page.locator('#trace [aria-current]').textContent(), /filter FORWARD/);
  // The picture's own boxes say the same.
  const hook = page.locator('#picture [data-part="0/PREROUTING"]');
  assert.equal(await hook.getAttribute('class'), 'hook passed');
  await hook.focus();
  await page.keyboard.press('Enter');
  assert.match(await page.locator('#where').textContent(), /^host · /);
  assert.equal(await box('PREROUTING').getAttribute('aria-current'), 'step');
  await close();
});

test('chips name what the lab has', async () => {
  const { page, close } = await open({}, { path: '#lab=labs%2Fbridge-nf%2Fforward-policy.sh' });
  const names = await page.locator('#from option').allTextContents();
  const chips = await page.locator('#walks button').allTextContents();
  for (const chip of chips.filter((text) => text.includes(' → '))) {
    for (const name of chip.split(' → ')) assert.ok(names.includes(name), `${chip}: ${names}`);
  }
  await close();
});

test('the loopback walk names route_localnet', async () => {
  const path = '#lab=labs%2Fpublish%2Floopback-dnat.sh';
  const { page, close } = await open({}, { path });
  assert.match(await page.locator('#trace .ending').textContent(), /unless route_localnet is set/);
  await close();
});

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`opened, in ${colorScheme}: axe finds nothing, and nothing is cut at 1280 and 390 pixels`, async () => {
    for (const width of [1280, 390]) {
      const { page, close } = await open(
        { colorScheme, reducedMotion: 'reduce', viewport: { width, height: 900 } },
        { path: USER },
      );
      await step(page, '-A DOCKER-USER');
      await openTried(page);
      assert.deepEqual(await violations(page), []);
      const cut = await page
        .locator('#trace .step code, #trace .ending, #opened code, #flow button')
        .evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent));
      assert.deepEqual(cut, [], `${width}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${width}: ${over} pixels too wide`);
      await close();
    }
  });
}
