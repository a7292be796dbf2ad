/**
 * The page's own JavaScript in few files: `node page.mjs WORKSPACE`. What the page needs to come up is in `main.js`
 * and `shared.js` of `www/page`; what it loads when asked for lies beside them, by the names of its modules.
 */

import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(process.argv[2]);
const { rolldown } = createRequire(join(root, '.tools/npm/package.json'))('rolldown');
const out = join(root, 'www/page');

/** The address of a file beside a module: whether a text or a template, it begins with the way to its folder. */
const ADDRESS = /new URL\((['"`])((?:\.\.?\/)+)(.*?)\1, import\.meta\.url\)/g;

/** A module's files lie elsewhere as seen from where it goes. */
const addresses = {
  name: 'addresses',
  transform: (/** @type {string} */ source, /** @type {string} */ id) => {
    const code = source.replace(ADDRESS, (_, quote, way, file) => {
      const folder = relative(out, join(dirname(id), way));
      return `new URL(${quote}${folder}${folder && '/'}${file}${quote}, import.meta.url)`;
    });
    // Every line stays where it was.
    return { code, map: null };
  },
};

const bundle = await rolldown({
  input: { main: join(root, 'www/js/main.js') },
  platform: 'browser',
  preserveEntrySignatures: false,
  plugins: [addresses],
});
await bundle.write({
  dir: out,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  minify: true,
  sourcemap: true,
});
