/** The list of matches and targets, as the simulator's own code has it. */
import { byId, h } from './dom.js';
import { themeButton } from './theme.js';

/** @typedef {import('../pkg/packetwalk.js').Extension} Extension */

const WORDS = { exact: 'exact', differs: 'exact, but', parsed: 'read and printed only' };
const KERNEL = 'https://github.com/torvalds/linux/blob/v6.18/';

/** @param {Extension} extension */
const row = ({ option, name, family, summary, source, model, differs }) =>
  h(
    'tr',
    { id: `${option.slice(1)}-${name}${family.replace('IPv', '')}` },
    h('th', { scope: 'row' }, h('code', {}, `${option} ${name}`)),
    h('td', {}, summary, family ? ` (${family} only)` : ''),
    h('td', { class: `model-${model}` }, differs ? `${WORDS[model]}: ${differs}` : WORDS[model]),
    h('td', {}, h('a', { href: KERNEL + source }, h('code', {}, source.replace(/.*\//, '')))),
  );

async function start() {
  const engine = await import('../pkg/packetwalk.js');
  await engine.default({ module_or_path: new URL('../pkg/packetwalk_bg.wasm', import.meta.url) });
  const all = engine.extensions();
  byId('matches', HTMLElement).replaceChildren(...all.filter(({ option }) => option === '-m').map(row));
  byId('targets', HTMLElement).replaceChildren(...all.filter(({ option }) => option === '-j').map(row));
  const exact = all.filter(({ model }) => model !== 'parsed').length;
  byId('count', HTMLElement).textContent = `${all.length} in all, ${exact} of them simulated.`;
  document.body.dataset.ready = 'true';
}

themeButton(byId('theme', HTMLButtonElement));
start().catch((error) => {
  byId('count', HTMLElement).textContent = `The simulator did not load: ${error.message}`;
});
