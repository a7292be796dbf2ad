// The page and the element in Chinese: no sentence of a walk is left in English.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAB } from './package.mjs';
import { open, useBrowser, violations } from './page.mjs';

useBrowser();

/** Three English words in a row, outside of what rules, rows and tools print. */
const ENGLISH = /(?<![\w-])[a-z]{2,} [a-z]{2,} [a-z]{2,}(?![\w-])/;

/** @param {string | null} text what is said, with what rules and rows say in “…” */
function chinese(text) {
  const said = (text ?? '').replace(/“[^”]*”/g, '').replace(/（[^）]*）/g, '');
  assert.match(said, /[\u4e00-\u9fff]/, `${text}`);
  assert.doesNotMatch(said, ENGLISH, `${text}`);
}

test('the page in Chinese: steps, verdict, rules tried, the inside and the comparison', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' }, { path: '?lang=zh' });
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-Hans');
  await page.getByRole('button', { name: '容器 → 互联网' }).click();
  await page.locator('#details').check();
  await page.locator('#stage').focus();
  await page.keyboard.press('Home');
  const steps = Number((await page.locator('#count').textContent())?.split('/')[1]);
  assert.ok(steps > 60, `${steps} steps`);
  await page.locator('#opened').evaluate((details) => {
    /** @type {HTMLDetailsElement} */ (details).open = true;
  });
  for (let step = 0; step < steps; step++) {
    chinese(await page.locator('#sentence').textContent());
    for (const why of await page.locator('#opened .why').allTextContents()) chinese(why);
    await page.keyboard.press('ArrowRight');
  }
  chinese(await page.locator('#outcome').textContent());
  chinese(await page.locator('#trace .ending').textContent());
  chinese(await page.locator('#flow-title').textContent());
  for (const part of await page.locator('#flow-boxes button').all())
    assert.match((await part.getAttribute('aria-label')) ?? '', /[\u4e00-\u9fff]/);
  const box = page.locator('#compare');
  await box.locator(':scope > summary').click();
  await page.locator('#compare-what').selectOption({ label: '关闭 ip_forward' });
  await page.getByRole('button', { name: '比较' }).click();
  const told = (await page.locator('#compare-sentence').textContent()) ?? '';
  assert.match(told, /^在第 \d+ 步分开，在 host。原样：.*改动（sysctl -q -w .*）之后：.*ip_forward 是 0/);
  assert.equal(await page.locator('#compare-result .parts').count(), 2);
  for (const said of await page.locator('#compare-result .said, #compare-result .ending').allTextContents())
    chinese(said);
  // What the page itself says.
  const own = await page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement?.closest('code, pre, textarea, script, noscript, #picture, #table, [lang=en]')
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
    );
    const all = [];
    while (texts.nextNode()) all.push(texts.currentNode.textContent ?? '');
    return all;
  });
  assert.deepEqual(
    own.filter((text) => ENGLISH.test(text.replace(/“[^”]*”|（[^）]*）/g, ''))),
    [],
  );
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(errors, []);
  await close();
});

test('the gallery and the terminals in Chinese; English again is a link away', async () => {
  const { page, errors, close } = await open({ reducedMotion: 'reduce' }, { path: '?lang=zh' });
  await page.getByRole('button', { name: '全部实验' }).click();
  await page.locator('dialog.gallery').waitFor();
  for (const name of await page.locator('dialog.gallery strong').allTextContents())
    if (!/^[\w-]+=[\w-]+$/.test(name)) assert.match(name, /[\u4e00-\u9fff]/, name);
  for (const text of await page.locator('dialog.gallery li :is(span, em)').allTextContents()) chinese(text);
  await page.keyboard.press('Escape');
  await page.locator('#table-ns').selectOption({ label: 'host' });
  await page.getByRole('button', { name: 'host 的终端' }).click();
  await page.locator('.terminals .xterm-rows').waitFor();
  assert.match((await page.locator('.terminals .hint').textContent()) ?? '', /补全/);
  assert.deepEqual(errors, []);
  await page.getByRole('link', { name: 'English' }).click();
  await page.waitForSelector('body[data-ready]');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await close();
});

test('the element speaks the language that it, or what is around it, has', async () => {
  const { page, errors, close } = await open({}, { path: 'embed.html', ready: false });
  await page.evaluate((lab) => {
    const main = document.querySelector('main');
    if (main)
      main.innerHTML = `<div lang="zh-CN"><packet-walk id="a" walk="c1 ping 10.0.0.1" show="topology trace route">${lab}</packet-walk></div>
        <packet-walk id="b" lang="en" walk="c1 ping 10.0.0.1">${lab}</packet-walk>`;
    return Promise.all(
      [...document.querySelectorAll('packet-walk')].map((walk) => /** @type {any} */ (walk).start()),
    );
  }, LAB);
  const [a, b] = [page.locator('#a'), page.locator('#b')];
  assert.match((await b.locator('#sentence').textContent()) ?? '', /^c1 sends an ICMP echo request\.$/);
  assert.equal(await a.locator('#sentence').textContent(), 'c1 发出一个 ICMP 回显请求。');
  assert.match((await a.locator('#trace .title').first().textContent()) ?? '', /^发送$/);
  const steps = await a.locator('#trace .step').count();
  for (let at = 1; at <= steps; at++) {
    await a.evaluate((walk, at) => /** @type {any} */ (walk).seek(at), at);
    chinese(await a.locator('#sentence').textContent());
  }
  chinese(await a.locator('#outcome').textContent());
  assert.match((await a.locator('#tabs').textContent()) ?? '', /路由/);
  // A claim of a page is found by its Chinese words, and by a title's name in Linux.
  for (const words of ['host 收到', 'route 10.0.0.0/24'])
    assert.equal(
      await a.evaluate((walk, words) => /** @type {any} */ (walk).find(words), words),
      true,
      words,
    );
  assert.deepEqual(errors, []);
  await close();
});
