/** Keys for those who like them: j, k, r and ?, only while the focus is among the comments, and not where they are switched off. */

import { kept } from './kept.js';
import { copy } from './page.js';

function step(thread, by) {
  const all = [...thread.querySelectorAll('#comments article')].filter((each) => each.offsetParent);
  const here = all.indexOf(document.activeElement.closest('article'));
  const next = all[Math.max(0, here + by)];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

/** Listens on a thread and shows the list of keys at its end. */
export function listenToKeys(thread) {
  thread.querySelector('section').append(copy('keys'));
  const list = thread.querySelector('.keys');
  const on = list.querySelector('input');
  on.checked = kept.get('keys') ?? true;
  on.addEventListener('change', () => kept.set('keys', on.checked));
  const acts = {
    j: () => step(thread, 1),
    k: () => step(thread, -1),
    r: () => document.activeElement.closest('article')?.querySelector('.reply')?.click(),
    '?': () => {
      list.open = true;
      list.querySelector('summary').focus();
    },
  };
  thread.addEventListener('keydown', (event) => {
    const act = acts[event.key];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.target.closest('#comments') && !event.target.matches('input, textarea');
    if (!act || !plain || !on.checked) return;
    event.preventDefault();
    act();
  });
}
