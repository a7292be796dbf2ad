/** The gallery: a card for each lab that the page offers, with what it is and what surprises. */

import { h } from './dom.js';
import { say } from './say.js';

/** @typedef {{ lab: string, about: string, surprise: string }} Card */

const CSS = new URL('../css/gallery.css', import.meta.url);

/** The cards' texts. @returns {Promise<Card[]>} */
async function texts() {
  const answer = await fetch(new URL('../labs/gallery.json', import.meta.url));
  if (!answer.ok) throw new Error(`gallery.json: ${answer.status}`);
  return answer.json();
}

/** Loads the dialog's style. */
function style() {
  return new Promise((done, failed) => {
    const link = h('link', { rel: 'stylesheet', href: String(CSS), load: done, error: failed });
    document.head.append(link);
  });
}

/**
 * Makes the dialog.
 * @param {HTMLSelectElement} labs the page's choice of labs
 */
export async function gallery(labs) {
  const [cards] = await Promise.all([texts(), style()]);
  const known = new Map(cards.map((card) => [card.lab, card]));
  const search = h('input', {
    type: 'search',
    placeholder: say('Search'),
    'aria-label': say('Search the labs'),
  });
  const none = h('p', { role: 'status' });
  const dialog = h('dialog', { class: 'gallery', 'aria-labelledby': 'gallery-title' });

  /** @param {string} lab */
  function choose(lab) {
    dialog.close();
    labs.value = lab;
    labs.dispatchEvent(new Event('change'));
  }

  /** @param {HTMLOptionElement} option */
  const card = ({ value, text }) =>
    h(
      'li',
      {},
      h(
        'button',
        { type: 'button', 'data-lab': value, click: () => choose(value) },
        h('strong', {}, text),
        h('span', {}, say(known.get(value)?.about ?? '')),
        h('em', {}, say(known.get(value)?.surprise ?? '')),
      ),
    );
  const groups = [...labs.querySelectorAll('optgroup')].map((group) =>
    h(
      'section',
      {},
      h('h3', {}, group.label),
      h('ul', {}, ...[...group.querySelectorAll('option')].map(card)),
    ),
  );
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\s+/);
    let left = 0;
    for (const group of groups) {
      let shown = 0;
      for (const item of group.querySelectorAll('li')) {
        const text = item.textContent?.toLowerCase() ?? '';
        item.hidden = !words.every((word) => text.includes(word));
        if (!item.hidden) shown++;
      }
      group.hidden = shown === 0;
      left += shown;
    }
    none.textContent = left === 0 ? say('No lab has these words.') : '';
  });
  const close = h(
    'button',
    { type: 'button', class: 'quiet icon', 'aria-label': say('Close'), click: () => dialog.close() },
    '×',
  );
  dialog.append(
    h('header', {}, h('h2', { id: 'gallery-title' }, say('Labs')), search, close),
    h('div', { class: 'cards' }, ...groups, none),
  );
  document.body.append(dialog);
  return {
    /** Shows the cards, the lab on show marked. */
    open() {
      for (const button of dialog.querySelectorAll('[data-lab]')) {
        const on = button.getAttribute('data-lab') === labs.value;
        if (on) button.setAttribute('aria-current', 'true');
        else button.removeAttribute('aria-current');
      }
      dialog.showModal();
    },
  };
}
