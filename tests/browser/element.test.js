import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAB } from './package.mjs';
import { open, serveWithout, useBrowser, violations } from './page.mjs';

useBrowser();

/** The page for authors, with its elements replaced by `html`, each element's events kept in `window.told`. */
async function author(html, options = {}) {
  const opened = await open(options, { path: 'embed.html', ready: false });
  const { page } = opened;
  await page.evaluate((html) => {
    const told = /** @type {any[]} */ ([]);
    Object.assign(window, { told });
    const main = document.querySelector('main');
    if (!main) return;
    main.innerHTML = html;
    for (const type of ['ready', 'step', 'verdict', 'command', 'error'])
      for (const element of main.querySelectorAll('packet-walk'))
        element.addEventListener(type, (event) =>
          told.push([element.id, type, /** @type {CustomEvent} */ (event).detail]),
        );
  }, html);
  const told = (/** @type {string} */ type) =>
    page.evaluate((type) => /** @type {any} */ (window).told.filter((each) => each[1] === type), type);
  const until = (/** @type {string} */ type, count = 1) =>
    page.waitForFunction(
      ([type, count]) => /** @type {any} */ (window).told.filter((each) => each[1] === type).length >= count,
      /** @type {[string, number]} */ ([type, count]),
    );
  return { ...opened, told, until };
}

test('the element walks through the lab that is its text, and tells of it', async () => {
  const { page, told, until, errors, hosts, close } = await author(
    `<packet-walk id="a" walk="c1 ping 10.0.0.1">${LAB}</packet-walk>`,
  );
  await until('ready');
  assert.deepEqual((await told('ready'))[0][2].namespaces, ['host', 'c1']);
  const walk = page.locator('#a');
  assert.match(await walk.locator('#sentence').textContent(), /c1 sends an ICMP echo request/);
  await page.evaluate(() => /** @type {any} */ (document.querySelector('#a')).seek(1000));
  const [verdict] = (await told('verdict')).map(([, , detail]) => detail);
  assert.equal(verdict.verdict, 'answered');
  assert.match(verdict.sentence, /^10\.0\.0\.1 answered c1 after /);
  const steps = (await told('step')).map(([, , { number, count }]) => [number, count]);
  assert.deepEqual(steps.at(-1), [steps[0][1], steps[0][1]]);
  assert.deepEqual(errors, []);
  assert.equal(hosts.size, 1);
  await close();
});

test('what is wrong is said of what it is: the script first, a lab that is not there, none at all', async () => {
  const { page, until, told, close } = await author(
    `<packet-walk id="script" setup="c9$ true" walk="c9 ping 10.0.0.1">ip netns add c1\nip netnz add c9\n</packet-walk>
     <packet-walk id="missing" src="nope.sh" walk="c1 ping 10.0.0.1"></packet-walk>
     <packet-walk id="empty" walk="c1 ping 10.0.0.1"> </packet-walk>
     <packet-walk id="leer" lang="zh"></packet-walk>`,
  );
  await until('error', 6);
  const says = (/** @type {string} */ id) => page.locator(`#${id} #complaint`).textContent();
  assert.equal(
    await says('script'),
    'Line 2: Object "netnz" is unknown, try "ip help".\nCannot open network namespace "c9"',
  );
  assert.equal((await told('error')).find(([id]) => id === 'script')?.[2].line, 2);
  assert.equal(await says('missing'), 'The lab did not load: nope.sh: 404');
  assert.equal(await says('empty'), 'There is no lab in this element.');
  assert.equal(await says('leer'), '这个元素里没有实验。');
  await close();
});

test('its methods and attributes', async () => {
  const { page, until, told, close } = await author(
    `<packet-walk id="a" walk="c1 ping 10.0.0.1" at="3" show="topology rules terminal">${LAB}</packet-walk>`,
  );
  await until('ready');
  const call = (/** @type {string} */ code) =>
    page.evaluate((code) => new Function('e', `return e.${code}`)(document.querySelector('#a')), code);
  assert.equal(await call('current'), 3);
  await call('step()');
  assert.equal(await call('current'), 4);
  await call('step(-2)');
  assert.equal(await call('current'), 2);
  await call('seek(1)');
  await call('setAttribute("speed", "8")');
  await call('play()');
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('#a')).current > 2);
  await call('pause()');
  const output = await call('run("iptables -A INPUT -p icmp -j DROP; iptables -S INPUT")');
  assert.equal(output.stdout, '-P INPUT ACCEPT\n-A INPUT -p icmp -j DROP\n');
  const walk = await call('walk("c1 ping -W1 10.0.0.1")');
  assert.equal(walk.outcome.verdict, 'dropped');
  await call('seek(1000)');
  const rules = page.locator('#a #table');
  assert.match(await rules.textContent(), /-A INPUT -p icmp -j DROP/);
  assert.deepEqual(await page.locator('#a [role=tab]').allInnerTexts(), ['Rules']);
  await page.locator('#a #typed').fill('ip route');
  await page.locator('#a #typed').press('Enter');
  assert.match(await page.locator('#a #log').textContent(), /host# ip route\n10\.0\.0\.0\/24 dev veth1/);
  assert.equal((await told('command')).length, 2);
  await call('reset()');
  assert.equal((await call('walk("c1 ping 10.0.0.1")')).outcome.verdict, 'answered');
  await call('removeAttribute("at")');
  await call('setAttribute("walk", "host ping 10.0.0.2")');
  assert.match(await page.locator('#a #sentence').textContent(), /host sends an ICMP echo request/);
  await close();
});

test('a lab of another element, commands before the walk, and what went wrong', async () => {
  const { page, until, close } = await author(
    `<pre id="lab">${LAB}</pre>
     <packet-walk id="a" lab="#lab" setup="host$ iptables -P INPUT DROP" walk="c1 ping -W1 10.0.0.1" at="end"></packet-walk>`,
  );
  await until('ready');
  assert.match(await page.locator('#a #outcome').textContent(), /^× Dropped .*policy/);
  await close();
});

test('a broken lab shows its error with the line, and what ran before it', async () => {
  const { page, until, told, close } = await author(
    `<packet-walk id="a" walk="host ping 127.0.0.1">ip link set lo up\nip link add x type veth peer\nif true; then\n</packet-walk>`,
  );
  await until('error');
  const complaint = await page.locator('#a #complaint').textContent();
  assert.match(complaint, /^Not all of the lab ran\. Line \d+: /);
  assert.ok((await told('error'))[0][2].line >= 3, complaint);
  assert.match(await page.locator('#a #sentence').textContent(), /host sends an ICMP echo request/);
  await close();
});

test('many share one simulator, start when near, survive a move and are freed when gone', async () => {
  const far = '<p>far</p>'.repeat(100);
  const { page, until, told, close } = await author(
    `<packet-walk id="a" walk="c1 ping 10.0.0.1">${LAB}</packet-walk>
     <packet-walk id="b" walk="host ping 10.0.0.2">${LAB}</packet-walk>${far}
     <packet-walk id="c" walk="c1 ping 10.0.0.1">${LAB}</packet-walk>`,
  );
  await until('ready', 2);
  assert.deepEqual((await told('ready')).map(([id]) => id).sort(), ['a', 'b']);
  assert.match(await page.locator('#c').textContent(), /ip netns add c1/, 'its text is there to be read');
  await page.evaluate(() => window.scrollTo(0, 1e6));
  await until('ready', 3);
  const loads = await page.evaluate(
    () => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('_bg.wasm')).length,
  );
  assert.equal(loads, 1);
  await page.evaluate(() => {
    const [a, b] = /** @type {any[]} */ ([...document.querySelectorAll('#a, #b')]);
    a.seek(5);
    b.after(a);
  });
  await page.waitForTimeout(50);
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector('#a')).current), 5);
  const after = await page.evaluate(async () => {
    const a = /** @type {any} */ (document.querySelector('#a'));
    a.remove();
    await new Promise((done) => setTimeout(done, 50));
    return [a.current, a.run('true'), a.shadowRoot.querySelector('.box')];
  });
  assert.deepEqual(after, [0, null, null]);
  await close();
});

test('a simulator that does not load says so, and leaves the text readable', async () => {
  const server = await serveWithout(['pkg/packetwalk_bg.wasm']);
  const { page, close } = await open({}, { url: server.url, path: 'embed.html', ready: false });
  const small = page.locator('#small');
  await small.locator('#complaint').waitFor();
  assert.match(await small.locator('#complaint').textContent(), /^The simulator did not load: /);
  assert.ok(await page.getByText('ip netns add c1').last().isVisible());
  await close();
  server.close();
});

test('axe finds nothing serious in it, and the keyboard moves the one in focus', async () => {
  const { page, until, close } = await author(
    `<h1>x</h1><packet-walk id="a" walk="c1 ping 10.0.0.1" show="topology trace route rules terminal">${LAB}</packet-walk>
     <packet-walk id="b" theme="dark" lang="zh" walk="c1 ping 10.0.0.1">${LAB}</packet-walk>`,
  );
  await until('ready', 2);
  assert.deepEqual(await violations(page), []);
  await page.locator('#b #play').focus();
  assert.equal(await page.locator('#b #back').getAttribute('aria-label'), '上一步');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const current = (/** @type {string} */ id) =>
    page.evaluate((id) => /** @type {any} */ (document.querySelector(id)).current, id);
  assert.deepEqual([await current('#a'), await current('#b')], [1, 3]);
  await close();
});

test('what a framework sets as a property is the attribute, though a method has its name', async () => {
  const { page, until, close } = await author(
    `<packet-walk id="a" walk="c1 ping 10.0.0.1">${LAB}</packet-walk>`,
  );
  await until('ready');
  const said = await page.evaluate(() => {
    const element = /** @type {any} */ (document.querySelector('#a'));
    element.walk = 'host ping 10.0.0.2';
    return [element.getAttribute('walk'), element.walk('c1 ping 10.0.0.1').outcome.verdict];
  });
  assert.deepEqual(said, ['host ping 10.0.0.2', 'answered']);
  await close();
});
