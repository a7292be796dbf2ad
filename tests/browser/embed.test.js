// The examples of the book's pages on embedding, word for word: each block under a line that names its file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT, unpacked, verdicts } from './package.mjs';
import { open, useBrowser } from './page.mjs';
import { serve } from './server.mjs';

useBrowser();

const BOOK = join(ROOT, 'www/book');
const PYTHON = join(ROOT, '.tools/python');
const NEEDED = /\.(js|wasm)$/;
/** Where mdBook may be: cargo xtask looks here first. */
const PATH = `${join(ROOT, '.tools/bin')}:${process.env.PATH}`;

const skipPython = !existsSync(PYTHON) && 'MkDocs and Sphinx are not installed';
const skipMdbook = !PATH.split(':').some((each) => existsSync(join(each, 'mdbook'))) && 'no mdbook';

const text = (/** @type {string} */ name, language = 'en') =>
  readFileSync(join(BOOK, language, 'src/embed', name), 'utf8');

/** The files that a page shows, by name. */
const examples = (/** @type {string} */ markdown) =>
  [...markdown.matchAll(/^`([\w./-]+)`.*\n\n(`{3,})\w*\n([\s\S]*?)^\2$/gm)].map(([, name, , body]) => ({
    name,
    body,
  }));

/** @type {ReturnType<typeof unpacked>} */
let pack;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  pack = unpacked();
  server = await serve({ folder: pack.folder });
});
after(() => {
  server?.close();
  pack?.remove();
});

/** Writes a page's files into a folder of that name. */
function write(/** @type {string} */ name) {
  const found = examples(text(`${name}.md`));
  for (const each of found) pack.write(join(name, each.name), each.body);
  return { folder: join(pack.folder, name), names: found.map((each) => each.name) };
}

/** Copies what a page needs of the package. */
const copy = (/** @type {string} */ to) =>
  cpSync(join(pack.folder, 'packetwalk'), to, {
    recursive: true,
    filter: (from) => from.endsWith('packetwalk') || NEEDED.test(from),
  });

/** Opens a page that was made; its walks end as they should, and nothing is complained about. */
async function holds(/** @type {string} */ path, ends = ['answered']) {
  const { page, errors, hosts, close } = await open({}, { url: server.url, path, ready: false });
  assert.deepEqual(await verdicts(page), ends, path);
  assert.deepEqual(
    errors.filter((error) => !/404/.test(error)),
    [],
  );
  assert.equal(hosts.size, 1, [...hosts].join(' '));
  return { page, close };
}

test('both languages show the same examples', () => {
  const names = readdirSync(join(BOOK, 'en/src/embed'));
  assert.deepEqual(readdirSync(join(BOOK, 'zh/src/embed')), names);
  for (const name of names) assert.deepEqual(examples(text(name, 'zh')), examples(text(name)), name);
});

test('the reference names all that there is', () => {
  const manifest = JSON.parse(readFileSync(join(pack.folder, 'packetwalk/custom-elements.json'), 'utf8'));
  const [{ attributes, members, events, cssProperties }] = manifest.modules[0].declarations;
  for (const language of ['en', 'zh']) {
    const page = text('reference.md', language);
    for (const { name, kind } of [...attributes, ...members, ...events, ...cssProperties])
      assert.match(page, new RegExp(`\`${name}${kind === 'method' ? '\\(' : '`'}`), `${language}: ${name}`);
  }
});

test('plain HTML', async () => {
  const { folder, names } = write('html');
  assert.deepEqual(names, ['index.html', 'disk.html', 'buttons.html', 'lab.sh', 'buttons.js']);
  copy(join(folder, 'packetwalk'));
  await (await holds('html/')).close();
  const { page, close } = await holds('html/buttons.html');
  await page.locator('#drop').click();
  await page.evaluate(() => /** @type {any} */ (document.querySelector('#walk')).seek(1000));
  await page.waitForFunction(() =>
    /policy|rule|DROP/.test(document.querySelector('#end')?.textContent ?? ''),
  );
  await close();
  const url = pathToFileURL(join(folder, 'disk.html')).href;
  const disk = await open({}, { url, ready: false });
  assert.deepEqual(await verdicts(disk.page), ['answered']);
  assert.deepEqual(disk.errors, []);
  await disk.close();
});

test('a frame', async () => {
  const { folder } = write('frame');
  copy(join(folder, 'packetwalk'));
  const { page, close } = await open({}, { url: server.url, path: 'frame/', ready: false });
  await page.waitForFunction(() => frames[0]?.document.querySelector('packet-walk'));
  assert.deepEqual(await verdicts(page.frames()[1]), ['answered']);
  await close();
});

test('React', async () => {
  const { folder } = write('react');
  const modules = join(ROOT, 'tests/browser/node_modules');
  await build({
    entryPoints: [join(folder, 'app.jsx')],
    outfile: join(folder, 'app.js'),
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    absWorkingDir: pack.folder,
    alias: { packetwalk: 'packetwalk/single' },
    nodePaths: [modules],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  pack.write('react/index.html', '<!doctype html><main></main><script type="module" src="app.js"></script>');
  const { page, close } = await open({}, { url: server.url, path: 'react/', ready: false });
  await page.waitForFunction(() =>
    /answered/.test(document.querySelector('main > output')?.textContent ?? ''),
  );
  await close();

  pack.write(
    'react/typed.tsx',
    '<packet-walk walk="c1 ping" theme="dark" onverdict={({ detail }) => console.log(detail.sentence)} />;\n',
  );
  const paths = Object.fromEntries(
    ['react', 'react/*'].map((name) => [name, [join(modules, '@types', name)]]),
  );
  const options = {
    strict: true,
    noEmit: true,
    jsx: 'react-jsx',
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2022',
    types: [],
    paths,
  };
  pack.write(
    'react/tsconfig.json',
    JSON.stringify({ compilerOptions: options, files: ['typed.tsx', 'packetwalk-react.d.ts'] }),
  );
  execFileSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '--project', folder], {
    stdio: 'inherit',
  });
});

test('mdBook', { skip: skipMdbook }, async () => {
  const { folder } = write('mdbook');
  copy(join(folder, 'src/packetwalk'));
  const preprocessor = `cargo run --quiet --manifest-path ${join(ROOT, 'Cargo.toml')} --package packetwalk-book`;
  const env = { ...process.env, PATH, MDBOOK_PREPROCESSOR__PACKETWALK__COMMAND: preprocessor };
  execFileSync('mdbook', ['build', folder], { env, stdio: 'pipe' });
  const { page, close } = await holds('mdbook/book/walk.html');
  await page.getByText('the only route').click();
  assert.match(await page.locator('#walk-1 #sentence').textContent(), /^The longest match/);
  await close();
});

/** Runs a module of Python's, of those that cargo xtask setup installed. */
const python = (/** @type {string[]} */ ...args) =>
  execFileSync('python3', ['-m', ...args], {
    env: { ...process.env, PYTHONPATH: PYTHON },
    stdio: 'pipe',
  });

const THEME = 'theme:\n  name: mkdocs\n  highlightjs: false\n';

test('MkDocs', { skip: skipPython }, async () => {
  const { folder } = write('mkdocs');
  copy(join(folder, 'docs/packetwalk'));
  // The theme asks other hosts for what colours code.
  pack.write('mkdocs/mkdocs.yml', `${readFileSync(join(folder, 'mkdocs.yml'), 'utf8')}${THEME}`);
  python('mkdocs', 'build', '--quiet', '--strict', '--config-file', join(folder, 'mkdocs.yml'));
  await (await holds('mkdocs/site/')).close();
});

test('Sphinx', { skip: skipPython }, async () => {
  const { folder } = write('sphinx');
  copy(join(folder, '_static/packetwalk'));
  python('sphinx', '-q', '-W', folder, join(folder, 'out'));
  await (await holds('sphinx/out/')).close();
});
