// Two walks side by side, and where they part.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations, walk } from './page.mjs';

useBrowser();

/** Chooses a change by its label and compares. */
async function compare(page, label) {
  const box = page.locator('#compare');
  if ((await box.getAttribute('open')) === null) await box.locator(':scope > summary').click();
  await page.locator('#compare-what').selectOption({ label });
  await page.locator('#compare-form').getByRole('button', { name: 'Compare' }).click();
}

const sentence = (page) => page.locator('#compare-sentence').textContent();

test('a sysctl: where they part, in a sentence, marked and in view', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  await compare(page, 'ip_forward off');
  assert.match(
    await sentence(page),
    /^They part at step \d+, in host\. As it is: .* With sysctl -q -w net\.ipv4\.ip_forward=0: .*does not forward packets/,
  );
  const parts = page.locator('#compare-result .parts');
  assert.equal(await parts.count(), 2);
  assert.match(await parts.first().textContent(), /^here they part/);
  const seen = await parts.first().evaluate((e) => e.getBoundingClientRect());
  assert.ok(seen.top >= 0 && seen.top < 900, `${seen.top}`);
  const sides = page.locator('#compare-result .side .ending');
  assert.match(await sides.nth(0).textContent(), /^✓ Answered/);
  assert.match(await sides.nth(1).textContent(), /^× (Dropped|Refused)/);
  // A step of the walk on show leads there.
  await parts.first().locator('button').click();
  const number = (await parts.first().locator('.number').textContent()) ?? '';
  assert.equal(await page.locator('#trace [aria-current] .number').textContent(), number);
  assert.deepEqual(errors, []);
  await close();
});

test('what makes no difference is said so', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  await compare(page, 'ip_forward on');
  assert.match(await sentence(page), /^They go one way, all \d+ steps/);
  assert.equal(await page.locator('#compare-result .parts').count(), 0);
  await close();
});

test('a command that fails, and an edited lab with errors, are said to be', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → internet');
  const box = page.locator('#compare');
  await box.locator(':scope > summary').click();
  await page.locator('#compare-what').selectOption('run');
  const trouble = page.locator('#compare-result .trouble');
  for (const [command, said] of /** @type {const} */ ([
    ['iptables -A NOSUCH -j DROP', /^The command failed with status 1\.\niptables.*No chain/],
    ['nosuchtool', /^The command failed with status 127\.\n.*nosuchtool: command not found$/],
    ['true; )', /^The command failed with status \d+\.\n.*syntax error near unexpected token/],
    ['if true', /^The command did not run: the command is not complete\.$/],
  ])) {
    await page.locator('#compare-command').fill(command);
    await page.locator('#compare-command').press('Enter');
    assert.equal(await sentence(page), 'The command failed, and this walk is the same.', command);
    assert.match((await trouble.textContent()) ?? '', said, command);
  }
  await page.locator('#compare-command').fill('iptables -P FORWARD DROP; iptables -F FORWARD');
  await page.locator('#compare-command').press('Enter');
  assert.match((await sentence(page)) ?? '', /^They part/);
  assert.equal(await trouble.count(), 0);
  await page.locator('#compare-what').selectOption('script');
  const text = await page.locator('#compare-text').inputValue();
  await page.locator('#compare-text').fill(`${text}\nip link set nosuch up\n`);
  await box.getByRole('button', { name: 'Compare' }).click();
  const line = text.split('\n').length + 1;
  assert.equal(await trouble.textContent(), `Line ${line}: Cannot find device "nosuch"`);
  assert.equal(await sentence(page), 'The edited lab has errors, and this walk is the same.');
  await close();
});

test('a link carries the comparison', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → container');
  await page.locator('#compare > summary').click();
  await page.locator('#compare-what').selectOption('run');
  await page.locator('#compare-command').fill('iptables -I FORWARD -s 172.17.0.2 -j DROP');
  await page.locator('#compare-command').press('Enter');
  const told = await sentence(page);
  assert.match(told, /FORWARD matches and drops the packet\.$/);
  await page.locator('#share').click();
  await page.waitForFunction(() => location.hash.includes('vs-run='));
  const other = await open({ reducedMotion: 'reduce' }, { path: await page.evaluate(() => location.hash) });
  assert.equal(await sentence(other.page), told);
  await other.close();
  // Another walk has not been compared yet.
  await walk(page, 'host → LAN');
  assert.equal(await sentence(page), '');
  await close();
});

test('an edited lab, shown in place of the first', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  await walk(page, 'container → container');
  await page.locator('#compare > summary').click();
  await page.locator('#compare-what').selectOption('script');
  const text = await page.locator('#compare-text').inputValue();
  await page.locator('#compare-text').fill(`${text}\niptables -P FORWARD DROP\niptables -F FORWARD\n`);
  await page.locator('#compare-form').getByRole('button', { name: 'Compare' }).click();
  assert.match(
    await sentence(page),
    /With the edited lab: No rule of filter FORWARD decided: its policy drops/,
  );
  await page.getByRole('button', { name: 'Show this lab instead' }).click();
  assert.match(await page.locator('#trace .ending').textContent(), /-P FORWARD DROP/);
  assert.match(await page.locator('#script').inputValue(), /-F FORWARD/);
  await close();
});

const DOCKER = `dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
ip -n lan route add 172.17.0.0/16 via 192.168.0.128
docker run -d --name web -p 8080:80 traefik/whoami >/dev/null
sleep 0.5
`;

test('another engine and no userland-proxy, where the lab has Docker', async () => {
  const { page, close } = await open({ reducedMotion: 'reduce' });
  assert.equal(await page.locator('#compare-what option', { hasText: 'Docker 29' }).count(), 0);
  await page.locator('#edit').click();
  await page.locator('#script').fill(DOCKER);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('#editor').waitFor({ state: 'hidden' });
  await page.locator('#from').selectOption({ label: 'lan' });
  await page.locator('#to').selectOption('172.17.0.2');
  await page.getByRole('button', { name: 'Walk', exact: true }).click();
  await compare(page, 'Docker 29');
  assert.match(await sentence(page), /^They part at step \d+, in host\. .*With Docker 29: /);
  await compare(page, 'userland-proxy off');
  assert.match(await sentence(page), /^They (part|go one way)/);
  assert.equal(await page.locator('#compare-result .trouble').count(), 0);
  await close();
});

for (const width of [1280, 390]) {
  test(`the comparison at ${width} pixels: axe finds nothing, nothing is cut`, async () => {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const { page, close } = await open({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: 900 },
      });
      await walk(page, 'container → internet');
      await compare(page, 'ip_forward off');
      assert.deepEqual(await violations(page), []);
      const sides = await page
        .locator('#compare-result .side')
        .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().left));
      assert.equal(sides[0] === sides[1], width < 640, 'stacked on a phone');
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${over} pixels too wide`);
      await close();
    }
  });
}
