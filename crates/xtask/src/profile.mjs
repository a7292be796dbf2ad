// Does with a probed module what a page does with the module as it comes up, and prints which functions were called:
// node profile.mjs WWW MODULE
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [www, module] = process.argv.slice(2).map((path) => resolve(path));
const page = (path) => import(pathToFileURL(`${www}/${path}`).href);
const called = new Set();
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(compiled, imports) {
    super(compiled, { ...imports, probe: { hit: (place) => called.add(place) } });
  }
};

const { initSync, Lab } = await page('pkg/packetwalk.js');
const { world, suggestions } = await page('js/world.js');
initSync({ module: readFileSync(module) });

const lab = new Lab(readFileSync(`${www}/labs/docker-2015.sh`, 'utf8'));
const found = world(lab.topology());
lab.troubles();
lab.output();
const names = found.nodes.map(({ ns }) => ns?.name).filter((name) => name !== undefined);
for (const name of names) lab.tables(name);

/** Takes a walk and looks at the tables along it. */
function walk(from, command) {
  const { steps } = lab.walk(from, command);
  for (const [at] of steps.entries()) for (const name of names) lab.stateAt(at, name);
}
for (const { from, address } of suggestions(found)) {
  lab.reset();
  walk(from.ns.name, `ping -c1 ${address}`);
}
lab.reset();
lab.free();
console.log(JSON.stringify([...called]));
