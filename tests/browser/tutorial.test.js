import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { open, useBrowser, violations } from './page.mjs';

const BOOK = join(dirname(fileURLToPath(import.meta.url)), '../../www/tutorial');
const skip = !existsSync(BOOK) && 'the tutorial is not built: no mdbook';

useBrowser();

/** The pages of a book that have walks or could have. */
const pages = (/** @type {string} */ language) =>
  ['.', 'q'].flatMap((folder) =>
    readdirSync(join(BOOK, language, folder))
      .filter((name) => name.endsWith('.html') && !/^(404|print|toc)\./.test(name))
      .map((name) => `tutorial/${language}/${folder === '.' ? '' : 'q/'}${name}`),
  );

for (const language of ['en', 'zh']) {
  test(`every walk of the tutorial (${language}) is there, and every claim leads to its step`, {
    skip,
  }, async () => {
    const { page, errors, hosts, close } = await open(
      {},
      { path: `tutorial/${language}/index.html`, ready: false },
    );
    const base = page.url().replace(/tutorial\/.*/, '');
    let [walks, claims] = [0, 0];
    // The translation has the same walks, which the step `book` checks too: every third page will do.
    const some = pages(language).filter((_, n) => language === 'en' || n % 3 === 0);
    for (const path of some) {
      await page.goto(base + path);
      const found = await page.evaluate(async () => {
        await customElements.whenDefined('packet-walk');
        const elements = /** @type {any[]} */ ([...document.querySelectorAll('packet-walk')]);
        for (const element of elements) await element.start();
        const bad = elements
          .filter(
            (element) => !element.outcome || element.shadowRoot.querySelector('#complaint:not([hidden])'),
          )
          .map(({ id }) => id);
        const links = [...document.querySelectorAll('a[data-step]')];
        for (const link of links) {
          const words = link.getAttribute('data-step') ?? '';
          const walk = /** @type {any} */ (document.querySelector(link.getAttribute('href') ?? ''));
          if (!walk?.find(words)) bad.push(words);
        }
        return { bad, walks: elements.length, claims: links.length };
      });
      assert.deepEqual(found.bad, [], path);
      walks += found.walks;
      claims += found.claims;
    }
    assert.ok(
      walks > some.length && claims > (language === 'en' ? 12 : 0),
      `${walks} walks, ${claims} claims`,
    );
    assert.deepEqual(errors, []);
    assert.equal(hosts.size, 1, [...hosts].join(' '));
    await close();
  });
}

test('a claim is a link to its step; axe finds nothing serious in the walks', { skip }, async () => {
  const { page, close } = await open({}, { path: 'tutorial/en/container-walks.html', ready: false });
  await page.getByText('another port').click();
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('#walk-1'))?.current > 1);
  assert.match(await page.locator('#walk-1 #where').textContent(), /host · bridge docker0/);
  assert.ok(
    await page.getByText('c1$ ping 172.17.0.3').first().isHidden(),
    'the block is the element’s own text',
  );
  const found = await violations(page);
  assert.deepEqual(
    found.filter((violation) => violation.includes('packet-walk')),
    [],
  );
  await close();
});
