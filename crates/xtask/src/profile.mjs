// Does with a probed module what a page does with the module as it comes up, and prints which of its points were
// reached: node profile.mjs WWW MODULE
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [www, module] = process.argv.slice(2).map((path) => resolve(path));
const page = (path) => import(pathToFileURL(`${www}/${path}`).href);
const text = (path) => readFileSync(`${www}/${path}`, 'utf8');

const { initSync, Lab, rest } = await page('pkg/packetwalk.js');
const { world, suggestions } = await page('js/world.js');
const { TABS } = await page('js/tables.js');
const { memory, probes, probes_end } = initSync({ module: readFileSync(module) });
// A page in another language has more to fetch, and asks for it.
await rest();

/** A lab as it comes up, with the names of its namespaces and its usual walks. */
function up(script) {
  const lab = new Lab(script);
  lab.speak('en');
  const found = world(lab.topology());
  lab.troubles();
  lab.output();
  const names = found.nodes.map(({ ns }) => ns?.name).filter((name) => name !== undefined);
  for (const name of names) for (const tab of TABS) lab.page(name, tab.name, undefined, 0);
  return { lab, names, walks: suggestions(found) };
}

/** Takes a walk and looks at the tables along it. */
function walk({ lab, names }, from, command) {
  const { steps } = lab.walk(from, command);
  for (const [at, { decided }] of steps.entries())
    for (const name of names)
      for (const tab of TABS) lab.page(name, tab.name, decided?.key, 0, at, at > 0 ? at - 1 : undefined);
}

// The page's lab, and its pings.
const own = text('labs/docker-2015.sh');
const first = up(own);
for (const { from, address } of first.walks) {
  first.lab.reset();
  walk(first, from.ns.name, `ping -c1 ${address}`);
}
first.lab.reset();
first.lab.free();

// The elements of `embed.html`: a ping over one cable, and one that fails after a command.
const [, small] = /<packet-walk id="small"[^>]*>([^<]+)</.exec(text('embed.html'));
const element = up(small);
walk(element, 'c1', 'ping -c1 10.0.0.1');
element.lab.reset();
element.lab.free();
const broken = up(own);
broken.lab.run('', 'sysctl -q net.ipv4.ip_forward=0');
const home = broken.lab.snapshot();
walk(broken, 'c1', 'ping -c1 -W1 203.0.113.10');
broken.lab.restore(home);
broken.lab.forget(home);
broken.lab.free();

const marks = new Uint8Array(memory.buffer, probes.value, probes_end.value - probes.value);
console.log(JSON.stringify([...marks.keys()].filter((point) => marks[point])));
