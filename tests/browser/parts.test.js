// Holds the module's two parts against the whole, in node: on every lab they must say the same, while the constants
// of the rest are not there before the rest is.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from './package.mjs';

const bytes = (/** @type {string} */ name) => readFileSync(join(ROOT, name));
const WHOLE = bytes('target/packetwalk_named.wasm');
const FIRST = bytes('www/pkg/packetwalk_bg.wasm');
const REST = bytes('www/pkg/packetwalk_rest.wasm');
const GLUE = pathToFileURL(join(ROOT, 'www/pkg/packetwalk.js')).href;
const { world, suggestions } = await import(pathToFileURL(join(ROOT, 'www/js/world.js')).href);
const { TABS } = await import(pathToFileURL(join(ROOT, 'www/js/tables.js')).href);
const { provide } = await import(pathToFileURL(join(ROOT, 'www/pkg/rest.js')).href);

/** Where a module's data segments lie, and how long each is. */
function segments(/** @type {Uint8Array} */ wasm) {
  let at = 8;
  const number = (signed = false) => {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = wasm[at++];
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return signed && byte & 64 && shift < 32 ? value | (-1 << shift) : value >>> 0;
  };
  /** @type {[number, number][]} */
  const found = [];
  while (at < wasm.length) {
    const id = wasm[at++];
    const end = number() + at;
    if (id === 11)
      for (let left = number(); left > 0; left--) {
        assert.equal(number(), 0, 'an active segment');
        assert.equal(wasm[at++], 0x41, 'a constant address');
        const address = number(true);
        at++;
        const length = number();
        found.push([address, length]);
        at += length;
      }
    at = end;
  }
  return found;
}

const ABSENT = segments(REST);
const { Instance } = WebAssembly;
let poisoned = false;
// What hot code reads of these bytes before the rest is there is seen in what it says.
WebAssembly.Instance = /** @type {any} */ (
  class extends Instance {
    constructor(/** @type {any} */ module, /** @type {any} */ imports) {
      super(module, imports);
      const memory = /** @type {WebAssembly.Memory | undefined} */ (this.exports.memory);
      if (poisoned && memory)
        for (const [address, length] of ABSENT) new Uint8Array(memory.buffer, address, length).fill(0xa5);
    }
  }
);

let copies = 0;
/** The engine, started anew. */
async function engine(/** @type {WebAssembly.Module} */ module, parts = false) {
  const made = await import(`${GLUE}?${copies++}`);
  poisoned = parts;
  const exports = made.initSync({ module });
  return { Lab: made.Lab, loaded: () => !exports.rest_ready || exports.rest_ready.value === 1 };
}

/** All that a page would ask of a lab. */
function said(/** @type {any} */ { Lab }, /** @type {string} */ script, walks = Infinity) {
  let lab;
  try {
    lab = new Lab(script);
    const topology = lab.topology();
    const told = [lab.output(), topology, lab.troubles()];
    const found = world(topology);
    for (const { ns } of found.nodes)
      if (ns) for (const { name } of TABS) told.push(lab.page(ns.name, name, undefined, 0));
    for (const { from, address } of suggestions(found).slice(0, walks)) {
      lab.reset();
      told.push(lab.walk(from.ns.name, `ping -c1 ${address}`));
    }
    return JSON.stringify(told);
  } catch (error) {
    return String(error);
  } finally {
    lab?.free();
  }
}

const labs = readdirSync(join(ROOT, 'tests/labs'), { encoding: 'utf8', recursive: true })
  .filter((name) => name.endsWith('/lab.sh'))
  .map((name) => `tests/labs/${name}`)
  .sort();
const text = (/** @type {string} */ name) => readFileSync(join(ROOT, name), 'utf8');

test('the two parts say what the whole module says, on every lab', async () => {
  provide(REST);
  const [whole, first] = [WHOLE, FIRST].map((wasm) => new WebAssembly.Module(wasm));
  const all = await engine(whole);
  let loads = 0;
  for (const name of ['www/labs/docker-2015.sh', ...labs]) {
    const parts = await engine(first, true);
    assert.equal(said(parts, text(name), 2), said(all, text(name), 2), name);
    loads += parts.loaded() ? 1 : 0;
  }
  assert.ok(labs.length > 250 && loads > 10, `${loads} of ${labs.length} labs needed the rest`);
  console.log(`# ${labs.length + 1} labs, ${loads} of which need the rest`);
});

test("a page's own lab and its walks need no rest", async () => {
  const parts = await engine(new WebAssembly.Module(FIRST), true);
  said(parts, text('www/labs/docker-2015.sh'));
  assert.equal(parts.loaded(), false);
});
