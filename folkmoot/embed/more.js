/** Further comments of a thread: the next page is asked of the server, and the list items it made are put where they belong. */

import { parse } from './page.js';

/** The page at an address of ours, parsed. Throws where it does not come. */
export async function fetchPage(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  return parse(await answer.text());
}

const items = (page) => [...page.querySelectorAll('#comments > li')];

/** Adopts a page's comments, without those that are shown already: they have moved since. */
function fresh(page, thread) {
  const shown = new Set([...thread.querySelectorAll('li[data-id]')].map((each) => each.dataset.id));
  for (const each of page.querySelectorAll('#comments li[data-id]')) if (shown.has(each.dataset.id)) each.remove();
  return items(page).map((each) => document.adoptNode(each));
}

/** Puts the next page of roots below those that are there; gives the new list items. */
export function addRoots(page, thread) {
  const added = fresh(page, thread);
  thread.querySelector('#comments').append(...added);
  thread.querySelector('#more')?.remove();
  const more = page.querySelector('#more');
  if (more) thread.querySelector('section').append(document.adoptNode(more));
  return added;
}

/** Puts the next replies where the link to them stands; gives the new list items. */
export function addReplies(page, thread, link) {
  const added = fresh(page, thread);
  const item = link.closest('li');
  item.before(...added);
  const on = page.querySelector('#more a');
  if (on) {
    link.href = on.getAttribute('href');
    link.textContent = on.textContent;
  } else item.remove();
  return added;
}

/** Puts another order's page in the place of this one's. */
export function replaceRoots(page, thread) {
  for (const name of ['#comments', '.orders', '#talk']) {
    const there = page.querySelector(name);
    if (there) thread.querySelector(name)?.replaceWith(document.adoptNode(there));
  }
  return addRoots(page, thread), items(thread);
}
