/** Commands typed in the lab, and what they print; Arrow Up brings the last ones back. */

import { h } from '../dom.js';
import { History } from '../history.js';

export class Terminal {
  #history = new History();

  /**
   * @param {{ log: HTMLElement, form: HTMLFormElement, prompt: HTMLSelectElement, typed: HTMLInputElement }} parts
   * @param {(ns: string, command: string) => { text: string }[]} run
   */
  constructor(parts, run) {
    this.parts = parts;
    parts.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const command = parts.typed.value;
      if (!command.trim()) return;
      this.#history.add(command);
      parts.typed.value = '';
      this.show(parts.prompt.value, command, run(parts.prompt.value, command));
    });
    parts.typed.addEventListener('keydown', (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      parts.typed.value = this.#history.move(by, parts.typed.value) ?? parts.typed.value;
    });
  }

  /**
   * The places where one can type.
   * @param {import('../world.js').World} world
   */
  names(world) {
    const { prompt } = this.parts;
    prompt.replaceChildren(
      ...world.nodes.map(({ ns, label }) => h('option', { value: ns.name }, `${label}#`)),
    );
  }

  /**
   * @param {string} ns
   * @param {string} command
   * @param {{ text: string }[]} chunks
   */
  show(ns, command, chunks) {
    const { log } = this.parts;
    log.append(h('span', { class: 'prompt' }, `${ns || 'host'}# ${command}\n`));
    log.append(chunks.map(({ text }) => text).join(''));
    log.scrollTop = log.scrollHeight;
  }
}
