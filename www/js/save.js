/**
 * What can be taken home: the lab, the frames, the picture, the trace.
 *
 * @typedef {import('./store.js').Store} Store
 */

import { say } from './say.js';

/**
 * Gives a file to the reader.
 * @param {string} name
 * @param {string} type
 * @param {BlobPart} content
 */
export function save(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * The trace as text, a line a step under the name of its namespace.
 * @param {Store} store
 */
export function traceText(store) {
  const { walk, world } = store.state;
  if (!walk) return '';
  const lines = [`${world?.byId.get(walk.from)?.label ?? 'host'}$ ${walk.command}`];
  let before = '';
  for (const index of store.shown) {
    const { ns, leg, label, line } = walk.steps[index];
    const heading = `${world?.byId.get(ns)?.label ?? '?'} (${say(leg)})`;
    if (heading !== before) lines.push('', heading);
    before = heading;
    lines.push(`  ${label.padEnd(18)} ${line}`.trimEnd());
  }
  lines.push('', walk.outcome.sentence, '');
  return lines.join('\n');
}

/** The picture's style sheet. @type {Promise<string> | null} */
let sheet = null;

/** The picture's style sheet as text, fetched once. */
export function pictureSheet() {
  sheet ??= fetch(new URL('../css/picture.css', import.meta.url))
    .then((answer) => answer.text())
    .catch((error) => {
      sheet = null;
      throw error;
    });
  return sheet;
}

/**
 * The picture as a file of its own: with the style that the page gives it, and its colours as they are now.
 * @param {SVGSVGElement} svg
 */
export async function pictureText(svg) {
  const text = await pictureSheet();
  const style = getComputedStyle(document.documentElement);
  const used = text
    .replaceAll('#picture svg', 'svg')
    .replaceAll('#picture ', '')
    .replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.removeAttribute('style');
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  const face = `svg { font-family: ${style.getPropertyValue('--font')}; background: ${style.getPropertyValue('--sheet')}; }`;
  element.textContent = `${face}\n${used}`;
  copy.prepend(element);
  return new XMLSerializer().serializeToString(copy);
}
