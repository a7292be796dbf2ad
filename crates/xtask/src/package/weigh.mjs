/** What the package's JavaScript weighs, in bytes of brotli as a server sends it. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const SINGLE = 'packet-walk.single.js';

/**
 * `element` is all of the element, wherever it is loaded from, with what wasm-bindgen makes; `entry` is what a page
 * loads of it before one is near to view, and `layout` the library that places the picture's boxes, which `element`
 * does not count.
 * @param {string} dist
 */
export function weigh(dist) {
  const scripts = readdirSync(dist).filter((name) => name.endsWith('.js') && name !== SINGLE);
  const brotli = (name) => brotliCompressSync(readFileSync(join(dist, name))).length;
  const sum = (names) => names.reduce((total, name) => total + brotli(name), 0);
  const atOnce = (name) => {
    const names = new Set([name]);
    for (const each of names) {
      const text = readFileSync(join(dist, each), 'utf8');
      for (const [, other] of text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+\.js)"/g)) names.add(other);
    }
    return [...names];
  };
  const layout = (name) => name.startsWith('dagre-');
  const weights = {
    entry: sum(atOnce('packet-walk.js')),
    element: sum(scripts.filter((name) => !layout(name))),
    layout: sum(scripts.filter(layout)),
    single: statSync(join(dist, SINGLE)).size,
  };
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const text =
    `element JS: ${kb(weights.element)} brotli, ${kb(weights.entry)} of it before one is near to view; ` +
    `its layout ${kb(weights.layout)}; the single file ${kb(weights.single)}, not compressed`;
  return { ...weights, text };
}
