/**
 * Chooses a walk: one of the article's, or any source, destination and protocol.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./world.js').Node} Node
 */

import { h } from './dom.js';
import { say } from './say.js';
import { addressLines, suggestions } from './world.js';

export class Chooser {
  /**
   * @param {{ walks: HTMLElement, form: HTMLFormElement, from: HTMLSelectElement, to: HTMLSelectElement,
   *   address: HTMLInputElement, protocol: HTMLSelectElement, port: HTMLInputElement, listen: HTMLInputElement }} parts
   * @param {Store} store
   * @param {(from: Node, command: string, listener: { node: Node, command: string } | null) => void} walk
   */
  constructor(parts, store, walk) {
    this.parts = parts;
    this.store = store;
    this.walk = walk;
    parts.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    for (const select of [parts.to, parts.protocol]) select.addEventListener('change', () => this.#fit());
    store.watch(['world', 'own'], () => this.#fill());
    store.watch(['walk'], () => this.#press());
  }

  #fill() {
    const { world } = this.store.state;
    if (!world) return;
    const { walks, from, to } = this.parts;
    const ends = world.nodes.filter((node) => node.kind !== 'segment');
    from.replaceChildren(...ends.map((node) => h('option', { value: node.ns.id }, node.label)));
    to.replaceChildren(
      ...ends.flatMap((node) =>
        addressLines(node).map(({ address }) => {
          const bare = address.replace(/\/.*/, '');
          return h('option', { value: bare }, `${node.label} ${bare}`);
        }),
      ),
      h('option', { value: '' }, say('another address…')),
    );
    this.suggested = suggestions(world);
    const chip = (/** @type {string} */ label, /** @type {Node} */ source, /** @type {string} */ command) =>
      h(
        'button',
        {
          type: 'button',
          'data-walk': `${source.ns.id} ${command}`,
          'aria-pressed': 'false',
          click: () => this.walk(source, command, null),
        },
        label,
      );
    const own = this.store.state.own;
    const source = own && world.nodes.find((node) => node.ns.name === own.from);
    const isOwn = (/** @type {Node} */ from, /** @type {string} */ command) =>
      from === source && command === own?.command;
    walks.replaceChildren(
      ...(own && source ? [chip(`${source.label}: ${own.command}`, source, own.command)] : []),
      ...this.suggested
        .map(({ label, from, address }) => ({ label, from, command: `ping -c1 ${address}` }))
        .filter(({ from, command }) => !isOwn(from, command))
        .map(({ label, from, command }) => chip(say(label), from, command)),
    );
    this.#press();
    this.#fit();
  }

  /** Shows which walk is on. */
  #press() {
    const { walk } = this.store.state;
    for (const button of this.parts.walks.children) {
      const on = walk && button.getAttribute('data-walk') === `${walk.from} ${walk.command}`;
      button.setAttribute('aria-pressed', String(Boolean(on)));
    }
    if (!walk) return;
    const { from, to } = this.parts;
    from.value = String(walk.from);
    const address = [...to.options].find(({ value }) => value && walk.command.split(' ').includes(value));
    if (address) to.value = address.value;
    this.#fit();
  }

  /** Shows the fields that the choice needs. */
  #fit() {
    const { to, address, protocol, port, listen } = this.parts;
    const ping = protocol.value === 'ping';
    address.hidden = to.value !== '';
    address.required = to.value === '';
    for (const input of [port, listen]) input.closest('label')?.toggleAttribute('hidden', ping);
    port.required = !ping;
  }

  #submit() {
    const { world } = this.store.state;
    const { from, to, address, protocol, port, listen } = this.parts;
    const source = world?.byId.get(Number(from.value));
    if (!source) return;
    const target = to.value || address.value.trim();
    const owner = world?.nodes.find((node) =>
      addressLines(node).some((line) => line.address.startsWith(`${target}/`)),
    );
    const udp = protocol.value === 'udp' ? '-u ' : '';
    const command =
      protocol.value === 'ping' ? `ping -c1 ${target}` : `nc ${udp}-z -v -w1 ${target} ${port.value}`;
    const listener =
      protocol.value !== 'ping' && listen.checked && owner
        ? { node: owner, command: `nc ${udp}-l -k -p ${port.value} &` }
        : null;
    this.walk(source, command, listener);
  }
}
