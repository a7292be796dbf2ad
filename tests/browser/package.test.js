import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { weigh } from '../../crates/xtask/src/package/weigh.mjs';
import { LAB, ROOT, unpacked, verdicts } from './package.mjs';
import { open, useBrowser } from './page.mjs';
import { serve } from './server.mjs';

useBrowser();

/** The strictest policies that the README names. */
const MODULES = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const SINGLE = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

const WALK = `<packet-walk walk="c1 ping 10.0.0.1">${LAB}</packet-walk>`;
const script = (/** @type {string} */ name) => `<script type="module" src="packetwalk/${name}"></script>`;

/** @type {ReturnType<typeof unpacked>} */
let pack;
before(() => {
  pack = unpacked();
});
/** @type {(() => void)[]} */
const servers = [];
after(() => {
  for (const close of servers) close();
  pack.remove();
});

/** A page of this text, beside the package. */
async function author(/** @type {string} */ html, policy = MODULES) {
  const server = await serve({ folder: pack.folder, headers: { 'content-security-policy': policy } });
  servers.push(server.close);
  pack.write('index.html', `<!doctype html><link rel="icon" href="data:,">\n${html}`);
  const opened = await open({}, { url: 'about:blank', ready: false });
  const { page, close } = opened;
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) asked.push(request.url().replace(server.url, ''));
  });
  await page.goto(server.url);
  const errors = () => opened.errors.filter((text) => !/data:,/.test(text));
  return { ...opened, errors, asked, close };
}

test('the package has what it names, and no scripts', () => {
  const read = (/** @type {string} */ name) => readFileSync(join(pack.folder, 'packetwalk', name), 'utf8');
  const { version, scripts, license, exports, types, customElements } = JSON.parse(read('package.json'));
  assert.ok(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8').includes(`version = "${version}"`), version);
  assert.equal(scripts, undefined);
  assert.equal(license, 'MIT OR Apache-2.0');
  const named = Object.values(exports).flatMap((each) =>
    typeof each === 'string' ? each : Object.values(each),
  );
  for (const name of [...named, types, customElements, 'LICENSE-MIT', 'LICENSE-APACHE', 'LICENSE-dagre'])
    assert.ok(existsSync(join(pack.folder, 'packetwalk', name)), name);
  assert.doesNotMatch(read('README.md'), /<!--|undefined/);
});

test('a page of two lines takes its walk under the strictest policy, and goes on offline', async () => {
  const { page, errors, hosts, close } = await author(script('packet-walk.js') + WALK);
  assert.deepEqual(await verdicts(page), ['answered']);
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('packetwalk_rest')),
  );
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  const said = await page.evaluate(async (lab) => {
    const walk = /** @type {any} */ (document.createElement('packet-walk'));
    walk.textContent = lab;
    document.body.append(walk);
    await walk.start();
    return [
      walk.run("echo a b | awk '{ print $2 }'").stdout,
      walk.walk('host ping 10.0.0.2').outcome.verdict,
    ];
  }, LAB);
  assert.deepEqual(said, ['b\n', 'answered']);
  assert.deepEqual(errors(), []);
  assert.equal(hosts.size, 1, [...hosts].join(' '));
  await close();
});

test('before an element is near to view its page loads little, and never what it does not show', async () => {
  const far = '<div style="height:4000px"></div>';
  const some = WALK.replace('<packet-walk', '<packet-walk show="trace"');
  const { page, asked, close } = await author(
    script('packet-walk.js') + far + some,
    "default-src * 'unsafe-inline' 'wasm-unsafe-eval'",
  );
  await page.evaluate(() => customElements.whenDefined('packet-walk'));
  await page.waitForTimeout(100);
  const before = asked.join(' ');
  assert.doesNotMatch(before, /wasm|player|picture|dagre|packetwalk-/, before);
  assert.deepEqual(await verdicts(page), ['answered']);
  const all = asked.join(' ');
  assert.match(all, /packetwalk_bg-\w+\.wasm/);
  assert.doesNotMatch(all, /picture|dagre/, all);
  await close();
});

test('the single file is all there is, whether a server sends it or not', async () => {
  const { page, errors, asked, close } = await author(script('packet-walk.single.js') + WALK + WALK, SINGLE);
  await page.addInitScript(() => {
    const own = WebAssembly.instantiate;
    Object.assign(window, { made: 0 });
    WebAssembly.instantiate = /** @type {any} */ (
      (/** @type {any[]} */ ...args) => {
        /** @type {any} */ (window).made++;
        return own.apply(WebAssembly, args);
      }
    );
  });
  asked.length = 0;
  await page.reload();
  assert.deepEqual(await verdicts(page), ['answered', 'answered']);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).made), 1);
  const awk = await page.evaluate(
    () =>
      /** @type {any} */ (document.querySelector('packet-walk')).run("echo a b | awk '{ print $2 }'").stdout,
  );
  assert.equal(awk, 'b\n');
  assert.deepEqual(asked, ['', 'packetwalk/packet-walk.single.js']);
  assert.deepEqual(errors(), []);
  await close();

  pack.write(
    'disk.html',
    `<!doctype html><script defer src="packetwalk/packet-walk.single.js"></script>${WALK}`,
  );
  const url = pathToFileURL(join(pack.folder, 'disk.html')).href;
  const disk = await open({}, { url, ready: false });
  assert.deepEqual(await verdicts(disk.page), ['answered']);
  assert.deepEqual(disk.errors, []);
  await disk.close();
});

test('its JavaScript is within its budget', () => {
  const { element, text } = weigh(join(pack.folder, 'packetwalk'));
  console.log(`# ${text}`);
  assert.ok(element <= 30_000, text);
});

test('its types serve a strict program, and refuse what is not so', () => {
  pack.write(
    'program.ts',
    `import { PacketWalk, type PacketWalkAttributes, type PacketWalkEvents } from 'packetwalk';
import 'packetwalk/single';
const walk = document.querySelector('packet-walk')!;
const own: PacketWalk = walk;
const attributes: PacketWalkAttributes = { walk: 'c1 ping 10.0.0.1', theme: 'dark', speed: 2 };
for (const [name, value] of Object.entries(attributes)) own.setAttribute(name, String(value));
own.addEventListener('verdict', ({ detail }) => console.log(detail.verdict === 'answered', detail.sentence));
own.addEventListener('error', ({ detail }) => console.log(detail.message, detail.line));
own.addEventListener('click', (event) => console.log(event.clientX));
const steps: PacketWalkEvents['step']['detail']['step'][] = own.walk('c1 ping 10.0.0.1')?.steps ?? [];
const text: string | undefined = own.run('ip route', 'c1')?.stdout;
console.log(steps.map(({ title }) => title), text, own.current, own.outcome?.sentence);
// @ts-expect-error no such verdict
console.log(own.outcome?.verdict === 'perhaps');
// @ts-expect-error no such theme
const bad: PacketWalkAttributes = { theme: 'pink' };
console.log(bad);
`,
  );
  const options = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
  };
  pack.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['program.ts'] }));
  const tsc = join(ROOT, 'tests/browser/node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', pack.folder], { stdio: 'inherit' });
});

test('the manifest names every attribute, method, property, event and colour, and no others', async () => {
  const { page, close } = await author(script('packet-walk.js'));
  const manifest = JSON.parse(readFileSync(join(pack.folder, 'packetwalk/custom-elements.json'), 'utf8'));
  const [{ tagName, attributes, members, events, cssProperties }] = manifest.modules[0].declarations;
  assert.equal(tagName, 'packet-walk');
  const names = (/** @type {{ name: string, kind?: string }[]} */ list, kind = '') =>
    list
      .filter((each) => !kind || each.kind === kind)
      .map(({ name }) => name)
      .sort();
  const found = await page.evaluate(async () => {
    await customElements.whenDefined('packet-walk');
    const element = /** @type {any} */ (customElements.get('packet-walk'));
    const described = Object.entries(Object.getOwnPropertyDescriptors(element.prototype));
    const [sheet] = document.createElement('packet-walk').attachInternals
      ? [new element().shadowRoot.adoptedStyleSheets[0]]
      : [];
    const colours = [...sheet.cssRules].flatMap((rule) => (rule.style ? [...rule.style] : []));
    return {
      observed: element.observedAttributes,
      methods: described.filter(([, { get }]) => !get).map(([name]) => name),
      fields: described.filter(([, { get }]) => get).map(([name]) => name),
      colours: [...new Set(colours.filter((name) => name.startsWith('--')))],
    };
  });
  const folder = join(ROOT, 'www/js/element');
  const source = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  const css = readFileSync(join(ROOT, 'www/pkg/element-style.js'), 'utf8');
  const all = (/** @type {string} */ text, /** @type {RegExp} */ pattern) =>
    [...text.matchAll(pattern)].map(([, name]) => name);
  const used = [
    ...found.observed,
    ...all(source, /(?:this|element)\.[gh]e?[ta]s?Attribute\('(\w+)'\)/g),
    ...all(css, /:host\(\[([a-z]+)/g),
  ];
  assert.deepEqual(names(attributes), [...new Set(used)].filter((name) => name !== 'hidden').sort());
  const browsers = ['constructor', 'connectedCallback', 'disconnectedCallback', 'attributeChangedCallback'];
  assert.deepEqual(names(members, 'method'), found.methods.filter((name) => !browsers.includes(name)).sort());
  assert.deepEqual(names(members, 'field'), found.fields.sort());
  assert.deepEqual(names(events), [...new Set(all(source, /tell\('(\w+)'/g))].sort());
  assert.deepEqual(names(cssProperties), found.colours.sort());
  await close();
});

test('what removed elements held is given back, and a hundred at once are within 100 MB', async () => {
  const { page, errors, close } = await author(script('packet-walk.js'));
  await page.addInitScript(() => {
    const own = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...args) => {
      const made = await own.apply(WebAssembly, args);
      Object.assign(window, { memory: made.instance.exports.memory });
      return made;
    };
  });
  await page.reload();
  await page.evaluate(() => customElements.whenDefined('packet-walk'));
  const empty = await memory(page);
  /** Makes a hundred walks and waits for them; bytes that the simulator then has. */
  const make = () =>
    page.evaluate(async (lab) => {
      const walks = Array.from({ length: 100 }, () => {
        const walk = /** @type {any} */ (document.createElement('packet-walk'));
        walk.textContent = lab;
        walk.setAttribute('walk', 'c1 ping 10.0.0.1');
        document.body.append(walk);
        return walk;
      });
      for (const walk of walks) await walk.start();
      if (walks.some(({ outcome }) => outcome?.verdict !== 'answered')) throw new Error('not answered');
      return /** @type {any} */ (window).memory.buffer.byteLength;
    }, LAB);
  const remove = () => page.evaluate(() => document.body.replaceChildren());
  const first = await make();
  const full = await memory(page);
  await remove();
  const second = await make();
  await remove();
  const none = await memory(page);
  const mb = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
  const [js, dom] = [full.js - empty.js, full.dom - empty.dom];
  const text = `100 elements: ${mb(js + dom + first)} MB (${mb(js)} of JavaScript's, ${mb(dom)} of the page's tree, ${mb(first)} of the simulator's)`;
  console.log(`# ${text}`);
  assert.ok(js + dom + first < 100e6, text);
  assert.equal(second, first, 'a second hundred takes what the first gave back');
  assert.ok(none.nodes - empty.nodes < 200, `${none.nodes} nodes are left of ${full.nodes}`);
  assert.ok(none.dom - empty.dom < dom / 10, `${mb(none.dom)} of ${mb(full.dom)} MB are left`);
  assert.deepEqual(errors(), []);
  await close();
});

/** What a page holds once what is unreachable is gone, in bytes and nodes. */
async function memory(/** @type {import('playwright-core').Page} */ page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  return { js: usedSize, dom: embedderHeapUsedSize, nodes };
}
