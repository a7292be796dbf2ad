/** A page of the tutorial: its elements, and links to their steps (`<a href="#walk-1" data-step="host deliver">`). */

import { PacketWalk } from './packet-walk.js';

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[data-step]') : null;
  const walk = link && document.querySelector(link.getAttribute('href') ?? '');
  if (!link || !(walk instanceof PacketWalk)) return;
  event.preventDefault();
  walk.start().then(() => walk.find(link.getAttribute('data-step') ?? ''));
  walk.scrollIntoView({ block: 'nearest' });
});

/** The book's theme is the reader's choice; the elements follow it. */
function theme() {
  const dark = /\b(coal|navy|ayu)\b/.test(document.documentElement.className);
  for (const walk of document.querySelectorAll('packet-walk'))
    walk.setAttribute('theme', dark ? 'dark' : 'light');
}
theme();
new MutationObserver(theme).observe(document.documentElement, { attributeFilter: ['class'] });
