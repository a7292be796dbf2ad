// Measures how a walk of 50 steps gets to JavaScript: node crossing.mjs PACKAGE LAB
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, script] = process.argv.slice(2).map((path) => resolve(path));
const { initSync, Crossing } = await import(pathToFileURL(`${folder}/crossing.js`).href);
initSync({ module: readFileSync(`${folder}/crossing.wasm`) });
const lab = readFileSync(script, 'utf8');

// Both ways tell the same.
for (const to of ['203.0.113.10', '172.17.0.3', '192.168.0.50', '192.0.2.1']) {
  const all = new Crossing(lab, 'c1', `ping -c1 -W1 ${to}`, 0xffff);
  assert.ok(all.serde().steps.length > 10);
  assert.deepEqual(all.records(), all.serde());
  all.free();
}

const walk = new Crossing(lab, 'c1', 'ping -c1 203.0.113.10', 50);
assert.equal(walk.serde().steps.length, 50);

// Their reader, and the words that it is given.
const [snippet] = readdirSync(`${folder}/snippets`);
const reader = await import(pathToFileURL(`${folder}/snippets/${snippet}/js/records.js`).href);
const [words, ends, plain, wide] = [walk.words(), walk.ends(), walk.plain(), walk.wide()];

/** Microseconds of a run: the median of many times a hundred. */
function time(/** @type {() => unknown} */ run) {
  const times = [];
  for (let round = 0; round < 300; round++) {
    const begin = performance.now();
    for (let turn = 0; turn < 100; turn++) run();
    times.push((performance.now() - begin) * 10);
  }
  return times.slice(100).sort((a, b) => a - b)[100].toFixed(1);
}

console.log(`50 steps: ${words.length + ends.length} words, ${plain.length + wide.length} bytes of text`);
console.log(`by serde, in full            ${time(() => walk.serde())} µs`);
console.log(`as records, in full          ${time(() => walk.records())} µs, of which`);
console.log(`  the records are written in ${time(() => walk.written())} µs`);
console.log(`  read in full in            ${time(() => reader.read(words, ends, plain, wide))} µs`);
