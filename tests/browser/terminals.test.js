import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, useBrowser, violations } from './page.mjs';

useBrowser();

/** @typedef {import('playwright-core').Page} Page */

/** Opens the terminal of a node. */
async function terminal(/** @type {Page} */ page, /** @type {string} */ node = 'host') {
  await page.locator('#table-ns').selectOption({ label: node });
  await page.getByRole('button', { name: `Terminal of ${node}`, exact: true }).click();
  await page.locator('.terminals .screen:not([hidden]) .xterm-rows').waitFor();
}

/** What the terminal on show has on its screen and above, a line a row. */
const text = (/** @type {Page} */ page) =>
  page.locator('.terminals .screen:not([hidden]) .xterm-rows > div').evaluateAll((rows) =>
    rows
      .map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd(),
  );

/** Waits until the screen has this. */
async function has(/** @type {Page} */ page, /** @type {RegExp} */ what) {
  const until = Date.now() + 8000;
  for (let seen = ''; ; ) {
    seen = await text(page);
    if (what.test(seen)) return seen;
    if (Date.now() > until) assert.match(seen, what);
    await page.waitForTimeout(50);
  }
}

/** Types a line. */
async function type(/** @type {Page} */ page, /** @type {string} */ line) {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

test('xterm is not fetched before a terminal is opened', async () => {
  const { page, errors, close } = await open({}, { idle: false });
  const fetched = () =>
    page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('xterm')).length,
    );
  await page.waitForTimeout(500);
  assert.equal(await fetched(), 0);
  await terminal(page);
  assert.ok((await fetched()) >= 3);
  assert.deepEqual(errors, [], 'the page’s policy holds');
  await close();
});

test('a line runs in the node’s namespace, and its packets are walked', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await terminal(page, 'c1');
  await has(page, /^root@c1:~# ?$/);
  await type(page, 'ping -c1 203.0.113.10');
  await has(page, /1 packets transmitted, 1 received.*\n[\s\S]*root@c1:~#$/);
  assert.match((await page.locator('#outcome').textContent()) ?? '', /Answered/);
  assert.match((await page.locator('#count').textContent()) ?? '', /^(\d+) of \1$/);
  await page.locator('#first').click();
  assert.match((await page.locator('#where').textContent()) ?? '', /^c1/);
  await page.locator('#table-ns').selectOption({ label: 'host' });
  await page.getByRole('tab', { name: 'Conntrack' }).click();
  await page.locator('#last').click();
  assert.match((await page.locator('#table').textContent()) ?? '', /icmp .*src=172\.17\.0\.2/);
  assert.deepEqual(errors, []);
  await close();
});

test('the picture and the tables follow what is typed, and undo takes it back', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  const names = () => page.locator('#picture .box .pick > .name').allTextContents();
  const before = await names();
  await terminal(page);
  const undo = page.getByRole('button', { name: 'Undo' });
  assert.equal(await undo.isDisabled(), true);
  await type(
    page,
    'ip netns add c9 && ip link add veth9 type veth peer name eth0 netns c9 && ip link set veth9 master docker0 up',
  );
  await has(page, /c9[\s\S]*root@host:~#$/);
  assert.ok((await names()).includes('c9'));
  await page.getByRole('tab', { name: 'Rules' }).click();
  await page.locator('.terminals .xterm-helper-textarea').focus();
  await type(page, 'iptables -N MINE');
  await has(page, /MINE\nroot@host:~#$/);
  assert.match((await page.locator('#table').textContent()) ?? '', /-N MINE/);
  assert.match((await undo.getAttribute('title')) ?? '', /iptables -N MINE/);
  // Ctrl-Z in the terminal is the shell's.
  await page.keyboard.press('Control+z');
  assert.match((await page.locator('#table').textContent()) ?? '', /-N MINE/);
  await page.locator('#stage').focus();
  await page.keyboard.press('Control+z');
  await has(page, /undone: iptables -N MINE\nroot@host:~#$/);
  assert.doesNotMatch((await page.locator('#table').textContent()) ?? '', /-N MINE/);
  await undo.click();
  assert.deepEqual(await names(), before);
  assert.equal(await undo.isDisabled(), true);
  assert.deepEqual(errors, []);
  await close();
});

test('a walk on show is taken again under the new rules, and back', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'container → internet', exact: true }).click();
  await page.locator('#last').click();
  const outcome = page.locator('#outcome');
  assert.match((await outcome.textContent()) ?? '', /Answered/);
  await terminal(page);
  await type(page, 'iptables -t nat -L POSTROUTING');
  await has(page, /MASQUERADE[\s\S]*root@host:~#$/);
  assert.match((await outcome.textContent()) ?? '', /Answered/);
  await type(page, 'iptables -I FORWARD -s 172.17.0.2 -j DROP');
  await has(page, /-j DROP\nroot@host:~#$/);
  assert.match((await outcome.textContent()) ?? '', /-A FORWARD -s 172\.17\.0\.2\/32 -j DROP/);
  assert.equal(await page.locator('#walks [aria-pressed="true"]').count(), 1);
  // Its packets are no part of the lab.
  await type(page, 'iptables -nvL FORWARD 1');
  await has(page, /\n +0 +0 DROP/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.match((await outcome.textContent()) ?? '', /Answered/);
  // Docker's commands change nothing in a lab whose docker0 was made by hand.
  await page.locator('.terminals .xterm-helper-textarea').focus();
  await type(page, 'docker ps');
  await has(page, /packetwalk: docker0 was made by hand/);
  await type(page, 'iptables -S FORWARD');
  await has(page, /-P FORWARD ACCEPT\n-A FORWARD -o docker0 -j DOCKER\n/);
  assert.match((await outcome.textContent()) ?? '', /Answered/);
  // Where nothing can be walked again, no mark is left.
  await type(page, 'ip netns del c1');
  await has(page, /del c1\nroot@host:~#$/);
  assert.deepEqual(await page.locator('#picture .passed, #picture .trail, #picture .lit').count(), 0);
  assert.deepEqual(errors, []);
  await close();
});

test('after exit nothing that is typed presses a button, and it is told', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await terminal(page, 'c1');
  const where = await page.locator('#where').textContent();
  await type(page, 'exit');
  const over = page.locator('.terminals .over');
  await over.waitFor();
  assert.match((await over.textContent()) ?? '', /^The shell of c1 has ended\./);
  assert.match((await page.locator('.terminals [role=status]').textContent()) ?? '', /c1 has ended/);
  await type(page, 'ls -l ');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('#play').getAttribute('data-playing'), 'false');
  assert.equal(await page.locator('#where').textContent(), where);
  assert.ok(await over.isVisible());
  await terminal(page, 'c2');
  assert.equal(await over.isVisible(), false);
  assert.deepEqual(errors, []);
  await close();
});

test('keys are bash’s: history, editing, completion, lines that go on', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await terminal(page);
  await type(page, 'echo one');
  await type(page, 'echo two');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.type('!');
  await has(page, /# echo one!$/);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('echo  x');
  await page.keyboard.press('Control+w');
  await page.keyboard.type('three');
  await page.keyboard.press('Enter');
  await has(page, /\nthree\nroot@host:~#$/);
  await page.keyboard.type('ip li');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sh');
  await page.keyboard.press('Tab');
  await page.keyboard.type('dev dock');
  await page.keyboard.press('Tab');
  await has(page, /# ip link show dev docker0$/);
  await page.keyboard.press('Control+u');
  await page.keyboard.type('iptables -t ');
  await page.keyboard.press('Tab');
  await has(page, /filter +mangle +nat +raw +security\nroot@host:~# iptables -t$/);
  await page.keyboard.press('Control+c');
  await type(page, 'for n in 1 2; do');
  await has(page, /do\n>$/);
  await type(page, 'echo n=$n; done');
  await has(page, /n=1\nn=2\nroot@host:~#$/);
  await page.keyboard.press('Control+l');
  await has(page, /^root@host:~#$/);
  await type(page, 'man iptables-save');
  await has(page, /prints rules as a whole/);
  assert.deepEqual(errors, []);
  await close();
});

test('a command without end is paced, ends by Ctrl-C, and others run meanwhile', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await terminal(page, 'c2');
  await type(page, 'tcpdump -n -l -i eth0 icmp');
  await has(page, /listening on eth0/);
  await terminal(page, 'c1');
  await type(page, 'ping 172.17.0.3');
  await has(page, /icmp_seq=3/);
  await page.keyboard.press('Control+c');
  const seen = await has(page, /\^C\n--- 172\.17\.0\.3 ping statistics ---\n[\s\S]*root@c1:~#$/);
  assert.ok((seen.match(/icmp_seq/g) ?? []).length < 10);
  assert.ok((await page.locator('#trace .step').count()) > 10, 'its packets are walked');
  await page.getByRole('tab', { name: 'c2 runs' }).click();
  await has(page, /IP 172\.17\.0\.2 > 172\.17\.0\.3: ICMP echo request/);
  await page.keyboard.press('Control+c');
  await has(page, /packets captured[\s\S]*root@c2:~#$/);
  assert.deepEqual(errors, []);
  await close();
});

test('a shell elsewhere is that node’s terminal, and exit comes back', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await terminal(page);
  await type(page, 'ip netns exec c3 bash');
  await has(page, /^root@c3:~#$/);
  await type(page, 'ip -br addr show dev eth0');
  await has(page, /eth0@if\d+ +UP +172\.17\.0\.4/);
  await type(page, 'exit');
  await has(page, /ip netns exec c3 bash\nroot@host:~#$/);
  await type(page, 'dockerd >/dev/null 2>&1 & sleep 1; echo up');
  await has(page, /\nup\nroot@host:~#$/);
  await type(page, 'docker run -d --name web nginx');
  await has(page, /[0-9a-f]{64}\nroot@host:~#$/);
  await type(page, 'docker exec -it web sh');
  // The image's own shell is Debian's.
  await has(page, /docker exec -it web sh\n# ?$/);
  await type(page, 'ip -br addr show dev eth0');
  await has(page, /eth0@if\d+ +UP +172\.17\.0\.\d[\s\S]*\n# ?$/);
  assert.deepEqual(errors, []);
  await close();
});

test('by keys alone, and out again; axe finds nothing with a terminal open', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await page.locator('#terminal').focus();
  await page.keyboard.press('Enter');
  await page.locator('.terminals .xterm-rows').waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains('xterm-helper-textarea'));
  await type(page, 'echo hello');
  await has(page, /\nhello\n/);
  // Tab completes; after Escape it leaves.
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea')));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  assert.ok(
    !(await page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea'))),
  );
  assert.match(
    (await page.locator('.xterm-helper-textarea').getAttribute('aria-label')) ?? '',
    /^Terminal of \w+\. Escape, then Tab leaves/,
  );
  assert.deepEqual(await violations(page), []);
  await page.getByLabel('screen reader').check();
  await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Close the terminals' }).click();
  assert.equal(await page.locator('.terminals').isVisible(), false);
  assert.deepEqual(errors, []);
  await close();
});

test('on a phone a terminal fits', async () => {
  const { page, errors, close } = await open({
    reducedMotion: 'reduce',
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await terminal(page, 'c1');
  await type(page, 'ip route');
  await has(page, /default via 172\.17\.42\.1/);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide}`);
  // Lines as wide as a terminal's are scrolled, not broken; the picture is seen above.
  await type(page, 'echo 1234567890123456789012345678901234567890123456789012345678 end');
  await has(page, /\n\d{58} end\n/);
  const [panel, stage] = await page.evaluate(() =>
    ['.terminals', '.top'].map((at) => document.querySelector(at)?.getBoundingClientRect().height ?? 0),
  );
  assert.ok(panel < 844 * 0.42, `the terminals take ${panel}`);
  assert.ok(stage < 100, `the header takes ${stage}: two rows`);
  if (process.env.PACKETWALK_LOOK)
    await page.screenshot({ path: `${process.env.PACKETWALK_LOOK}-phone.png` });
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(errors, []);
  await close();
});

test('another lab has other shells', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' });
  await terminal(page);
  await type(page, 'x=5; sleep 1000');
  await page.getByRole('tab', { name: 'host runs' }).waitFor();
  await page.locator('#lab').selectOption('labs/publish/docker-user.sh');
  await has(page, /The lab was started anew\.\nroot@host:~#$/);
  await page.locator('.terminals .xterm-helper-textarea').focus();
  await type(page, 'echo "x=$x"');
  await has(page, /\nx=\nroot@host:~#$/);
  if (process.env.PACKETWALK_LOOK) await page.screenshot({ path: `${process.env.PACKETWALK_LOOK}.png` });
  assert.deepEqual(errors, []);
  await close();
});

test('a shell in a container: its own prompt, its files, and `exit`', async () => {
  const { page, errors, close } = await open(
    { reducedMotion: 'reduce' },
    { path: '#lab=labs%2Fq%2Fuser-port.sh' },
  );
  await terminal(page);
  await type(page, 'docker run -it --rm --name shell alpine sh');
  await has(page, /\n\/ # ?$/);
  const names = () => page.locator('#picture .box .pick > .name').allTextContents();
  assert.ok((await names()).includes('shell'), 'the picture has it');
  await type(page, 'hostname > /tmp/name; cd /etc; pwd');
  await has(page, /\n\/etc\n\/etc # ?$/);
  await type(page, 'ping -c1 172.17.0.1');
  await has(page, /0% packet loss[\s\S]*\/etc # ?$/);
  assert.match((await page.locator('#outcome').textContent()) ?? '', /Answered/);
  await type(page, 'exit');
  await has(page, /exit\nroot@host:~# ?$/);
  assert.ok(!(await names()).includes('shell'), 'it is gone from the picture');
  await terminal(page, 'web');
  await has(page, /The host’s tools in the network namespace of container web[\s\S]*docker exec -it web sh/);
  await terminal(page, 'host');
  await type(page, 'docker exec -it web sh');
  await has(page, /web sh\n\S*# ?$/);
  // Ctrl-D leaves it, as `exit` does.
  await page.keyboard.press('Control+d');
  await has(page, /exit\nroot@host:~# ?$/);
  assert.deepEqual(errors, []);
  await close();
});
