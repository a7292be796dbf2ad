import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { open, useBrowser, walk } from './page.mjs';

useBrowser();

const LAB = 'ip link set lo up\nip netns add a\nip link add eth0 netns a type veth peer name x\necho "…"\n';

/** Writes a lab of one's own. */
async function edit(page, script) {
  await page.locator('#edit').click();
  await page.locator('#script').fill(script);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('#editor').waitFor({ state: 'hidden' });
}

test('a link brings back the lab, the walk and its step', async () => {
  const { page, close } = await open();
  await walk(page, 'container → internet');
  for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
  const where = await page.locator('#where').textContent();
  await page.locator('#share').click();
  await page.waitForFunction(() => location.hash.includes('walk='));
  const path = await page.evaluate(() => location.hash);
  const other = await open({}, { path });
  assert.equal(await other.page.locator('#where').textContent(), where);
  assert.equal(await other.page.locator('#count').textContent(), await page.locator('#count').textContent());
  await other.close();
  await close();
});

test('a link carries a lab of one’s own, and the choice of labs says whose it is', async () => {
  const { page, close } = await open();
  await edit(page, LAB);
  assert.equal(
    await page.locator('#lab').evaluate((lab) => lab.selectedOptions[0].textContent),
    'Your own lab',
  );
  await page.locator('#share').click();
  await page.waitForFunction(() => location.hash.includes('script='));
  const path = await page.evaluate(() => location.hash);
  const other = await open({}, { path });
  await other.page.locator('#edit').click();
  assert.equal(await other.page.locator('#script').inputValue(), LAB);
  await other.close();
  await close();
});

test('a lab that is chosen has a link of its own; a broken link is said', async () => {
  const { page, close } = await open({}, { path: '#lab=labs%2Fpublish%2Fdocker-user.sh' });
  assert.equal(await page.locator('#lab').inputValue(), 'labs/publish/docker-user.sh');
  await page.locator('#lab').selectOption('labs/hairpin/itself-routed.sh');
  await page.waitForFunction(() => location.hash === '#lab=labs%2Fhairpin%2Fitself-routed.sh');
  const complaint = page.locator('#complaint:not([hidden])');
  for (const [hash, said] of /** @type {const} */ ([
    ['#script=!!!', /^This link is damaged: /],
    ['#lab=nope.sh', /^There is no lab nope\.sh on this page\. /],
    ['#script=nVdb', /^This link is damaged: /],
    ['#walk=zzz', /^The walk of this link, “zzz”, sends nothing: .*zzz: command not found\.$/],
    [
      '#from=c77&walk=ping',
      /^The walk of this link, “ping”, cannot be taken: Cannot open network namespace "c77"\.$/,
    ],
  ])) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, hash);
    await complaint.filter({ hasText: said }).waitFor();
    assert.equal(await page.locator('#lab').inputValue(), 'labs/docker-2015.sh', hash);
    assert.ok((await page.locator('#trace .step').count()) > 0, hash);
  }
  const chinese = await open({}, { path: '?lang=zh#script=!!!' });
  assert.match((await chinese.page.locator('#complaint').textContent()) ?? '', /^这个链接坏了/);
  assert.ok((await chinese.page.locator('#trace .step').count()) > 0);
  await chinese.close();
  await close();
});

test('lab, trace, frames and picture can be saved', async () => {
  const { page, close } = await open();
  await walk(page, 'container → internet');
  const saved = async (/** @type {string} */ name) => {
    await page.locator('#save summary').click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ]);
    return readFile(await file.path());
  };
  assert.match(String(await saved('The lab')), /^# Docker's default bridge in April 2015/);
  const trace = String(await saved('The trace'));
  assert.match(trace, /^c1\$ ping -c1 203\.0\.113\.10\n\nc1 \(request\)\n {2}send /);
  assert.match(trace, /\n203\.0\.113\.10 answered c1 after .*\.\n$/);
  assert.equal((await saved('The frames')).readUInt32LE(0), 0x0a0d0d0a);
  const picture = String(await saved('The picture'));
  assert.match(picture, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.ok(picture.includes('docker0') && !picture.includes('var('), 'it stands alone');
  await close();
});

test('without a walk there is nothing of one to save', async () => {
  const { page, close } = await open();
  await edit(page, 'ip link set lo up\n');
  await page.locator('#save summary').click();
  for (const name of ['The trace', 'The frames']) {
    const button = page.getByRole('button', { name });
    assert.equal(await button.isDisabled(), true, name);
    assert.match((await button.textContent()) ?? '', /· no walk on show$/);
  }
  assert.equal(await page.getByRole('button', { name: 'The lab' }).isDisabled(), false);
  await close();
});

test('what was typed goes with a link and with the lab that is saved', async () => {
  const { page, close } = await open({ acceptDownloads: true, reducedMotion: 'reduce' });
  const type = async (/** @type {string} */ line, /** @type {RegExp} */ shows) => {
    await page.keyboard.type(line);
    await page.keyboard.press('Enter');
    await page.locator('.screen:not([hidden]) .xterm-rows').filter({ hasText: shows }).waitFor();
  };
  await page.locator('#table-ns').selectOption({ label: 'c1' });
  await page.getByRole('button', { name: 'Terminal of c1', exact: true }).click();
  await page.locator('.screen:not([hidden]) .xterm-rows').waitFor();
  await type('ip link add d7 type dummy && echo made', /made\s*root/);
  await type('ping -c1 203.0.113.10', /1 received/);
  const where = await page.locator('#outcome').textContent();
  await page.locator('#share').click();
  await page.waitForFunction(() => location.hash.includes('script='));
  const path = await page.evaluate(() => location.hash);
  const other = await open({}, { path });
  await other.page.locator('#edit').click();
  const script = await other.page.locator('#script').inputValue();
  assert.match(
    script,
    /# Typed at the terminals\nip netns exec c1 bash -c 'ip link add d7 type dummy && echo made'\n$/,
  );
  await other.page.keyboard.press('Escape');
  assert.equal(await other.page.locator('#outcome').textContent(), where);
  await other.close();
  // With another walk on show, the typed one is part of the lab.
  await page.getByRole('button', { name: 'container → LAN' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page
      .locator('#save > summary')
      .click()
      .then(() => page.locator('#save-lab').click()),
  ]);
  const saved = await readFile(await file.path(), 'utf8');
  assert.match(
    saved,
    /\nip netns exec c1 bash -c 'ip link add d7 type dummy && echo made\nping -c1 203\.0\.113\.10'\n$/,
  );
  await close();
});
