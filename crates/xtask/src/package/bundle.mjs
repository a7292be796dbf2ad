/**
 * The JavaScript of the package, twice: modules with the simulator in files beside them, of which a page loads what
 * it needs, and one file with everything in it.
 */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tools } from './tools.mjs';

const ENGINE = join(dirname(fileURLToPath(import.meta.url)), 'engine-single.mjs');

/** The address of a file beside a module, written as every bundler knows it. */
const ADDRESS = /new URL\('([^']+\.wasm)', import\.meta\.url\)/g;

/**
 * @param {string} root the workspace
 * @param {string} dist where it goes
 */
export async function bundle(root, dist) {
  const esbuild = tools(root)('esbuild');
  const pkg = join(root, 'www/pkg');
  const common = {
    bundle: true,
    minify: true,
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    outdir: dist,
  };
  const entry = join(root, 'www/js/element/packet-walk.js');
  await esbuild.build({
    ...common,
    entryPoints: { 'packet-walk': entry, mdbook: join(root, 'www/js/element/page.js') },
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    plugins: [sheet(esbuild), once, beside(dist), library(esbuild, root, dist)],
  });
  await esbuild.build({
    ...common,
    entryPoints: { 'packet-walk.single': entry },
    // Neither imports nor exports: it also runs without type="module", so from a file that no server sends.
    format: 'iife',
    define: { 'import.meta.url': '""' },
    plugins: [sheet(esbuild), once, within(pkg)],
  });
}

/** The style sheet is a text within JavaScript, which nobody else makes small. */
const sheet = (esbuild) => ({
  name: 'sheet',
  setup(build) {
    build.onLoad({ filter: /element-style\.js$/ }, async ({ path }) => {
      const module = readFileSync(path, 'utf8');
      const text = JSON.parse(module.slice(module.indexOf('export default') + 15, module.lastIndexOf(';')));
      const { code } = await esbuild.transform(text, { loader: 'css', minify: true, charset: 'utf8' });
      return { contents: code.trim(), loader: 'text' };
    });
  },
});

/** wasm-bindgen names a module twice in an object, which bundlers complain about. */
const once = {
  name: 'once',
  setup(build) {
    build.onLoad({ filter: /pkg\/packetwalk\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/^\s*("[^"]+"): import\d+,\n(?=\s*\1: )/gm, ''),
      loader: 'js',
    }));
  },
};

/** The simulator's files, put beside the JavaScript; their names tell of their contents, as the chunks' do. */
const beside = (dist) => ({
  name: 'beside',
  setup(build) {
    build.onLoad({ filter: /(engine|rest)\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(ADDRESS, (_, from) => {
        const bytes = readFileSync(join(dirname(path), from));
        const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
        const name = `${basename(from, '.wasm')}-${hash}.wasm`;
        writeFileSync(join(dist, name), bytes);
        return `new URL('./${name}', import.meta.url)`;
      });
      return { contents, loader: 'js' };
    });
  },
});

/** What places the boxes of the picture is a file of its own, named by its version. */
const library = (esbuild, root, dist) => ({
  name: 'library',
  setup(build) {
    const vendored = JSON.parse(readFileSync(join(root, 'www/vendor.json'), 'utf8'));
    const { version } = vendored.find((each) => each.package === '@dagrejs/dagre');
    const name = `dagre-${version}.js`;
    build.onResolve({ filter: /\/dagre\.esm\.js$/ }, () => ({ path: `./${name}`, external: true }));
    build.onStart(async () => {
      const source = readFileSync(join(root, 'www/vendor/dagre.esm.js'), 'utf8');
      const { code } = await esbuild.transform(source, { minify: true, legalComments: 'none' });
      writeFileSync(join(dist, name), code);
    });
  },
});

/** The simulator within the JavaScript: gzip, which every browser unpacks, as text. */
const within = (pkg) => ({
  name: 'within',
  setup(build) {
    const modules = {
      'packetwalk:simulator': join(pkg, 'packetwalk.js'),
      'packetwalk:rest': join(pkg, 'rest.js'),
    };
    build.onResolve({ filter: /\/engine\.js$/ }, () => ({ path: ENGINE }));
    build.onResolve({ filter: /^packetwalk:.*\.wasm$/ }, ({ path }) => ({
      path: join(pkg, path.slice('packetwalk:'.length)),
      namespace: 'packed',
    }));
    build.onResolve({ filter: /^packetwalk:\w+$/ }, ({ path }) => ({ path: modules[path] }));
    build.onLoad({ filter: /./, namespace: 'packed' }, ({ path }) => ({
      contents: gzipSync(readFileSync(path), { level: 9 }).toString('base64'),
      loader: 'text',
    }));
  },
});
