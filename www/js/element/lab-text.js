/**
 * What an element is to show, read from its attributes and its text.
 *
 * @typedef {object} Order
 * @property {string} script the lab
 * @property {{ ns: string, command: string }[]} setup commands before the walk
 * @property {{ ns: string, command: string } | null} walk
 */

/** There is no lab to show: it did not load, or there is none. */
export class NoLab extends Error {}

/** What is shown unless `show` says otherwise. */
const USUAL = 'topology trace';

/** The parts that an element shows, by name. */
export const shown = (/** @type {HTMLElement} */ element) =>
  (element.getAttribute('show')?.trim() || USUAL).split(/[\s,]+/);

/** A namespace and a command, as `c1 ping 10.0.0.1`. `host` is where the script runs; ping pings once unless told. */
export function place(/** @type {string} */ text) {
  const [, first, rest] = /^\s*([\w.-]+)\$?\s+(.+)$/s.exec(text) ?? [];
  if (!rest) return null;
  const command = /^ping\s(?!.*-c)/.test(rest) ? rest.replace(/^ping/, 'ping -c1') : rest;
  return { ns: first === 'host' ? '' : first, command: command.trim() };
}

/**
 * A text without the blanks that all of its lines begin with, as HTML's authors indent it.
 * @param {string} text
 */
export function dedent(text) {
  const lines = text.replace(/^[^\S\n]*\n/, '').split('\n');
  const depth = Math.min(
    ...lines.filter((line) => line.trim()).map((line) => /^\s*/.exec(line)?.[0].length ?? 0),
  );
  const cut = lines.map((line) => line.slice(Number.isFinite(depth) ? depth : 0));
  return `${cut.join('\n').trimEnd()}\n`;
}

/**
 * @param {HTMLElement} element
 * @returns {Promise<Order>}
 */
export async function order(element) {
  const lines = (element.getAttribute('setup') ?? '').split('\n').map(place);
  const setup = lines.filter((line) => line !== null);
  return { script: await script(element), setup, walk: place(element.getAttribute('walk') ?? '') };
}

/** @param {HTMLElement} element */
async function script(element) {
  const src = element.getAttribute('src');
  if (src) {
    const answer = await fetch(new URL(src, element.baseURI)).catch((error) => {
      throw new NoLab(`${src}: ${error.message}`);
    });
    if (!answer.ok) throw new NoLab(`${src}: ${answer.status}`);
    return answer.text();
  }
  const lab = element.getAttribute('lab');
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  const other = lab ? root.querySelector(lab) : element;
  if (!other) throw new NoLab(`no element ${lab} for the lab`);
  const text = other.textContent ?? '';
  if (!text.trim()) throw new NoLab();
  return dedent(text);
}
