/** The guide's page without reloads: a form goes out, the page that comes back takes its place, and the new question gets the focus. Without it each form loads a page. */

import { parse } from './page.js';

const KEPT = 'folkmoot.guide.draft';
const storage = {
  get: () => { try { return sessionStorage.getItem(KEPT); } catch { return null; } },
  set: (text) => { try { text ? sessionStorage.setItem(KEPT, text) : sessionStorage.removeItem(KEPT); } catch { /* nothing is kept where nothing may be */ } },
};
let headers = async () => ({});
let heard = () => {};

export const guide = () => document.getElementById('guide');

/** Where a cookie does not do: what goes with each request, and who looks at each answer. */
export function carry(given, listener) {
  [headers, heard] = [given, listener];
}

/** What is being typed comes back after a reload, or a lost line. */
export function put(root) {
  const field = root.querySelector('textarea[data-keep]');
  const text = storage.get();
  if (field && !field.value && text) field.value = text;
}

/** Asks for the guide's page; {page, root}: the whole of it, and the part that changes. Throws what went wrong, in words. */
export async function ask(path, body) {
  const answer = await fetch(path, { method: body ? 'POST' : 'GET', body, headers: await headers(), credentials: 'same-origin' });
  if (!answer.headers.get('content-type')?.startsWith('text/html')) throw new Error(answer.statusText);
  const page = parse(await answer.text());
  const root = page.getElementById('guide');
  if (!root) throw new Error(page.querySelector('[role="alert"]')?.textContent ?? answer.statusText);
  heard(answer);
  return { page, ok: answer.ok, root: document.adoptNode(root) };
}

async function send(form, button) {
  // a field named "action" would hide the form's own
  const { ok, root } = await ask(form.getAttribute('action'), new URLSearchParams(new FormData(form, button)));
  if (ok) storage.set('');
  return root;
}

export function focus(root) {
  const target = root.querySelector('#wrong, #now .told') ?? root.querySelector('#now');
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  root.querySelector('#now').scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
}

function tell(root, words) {
  const line = document.createElement('p');
  line.className = 'told wrong';
  line.setAttribute('role', 'alert');
  line.textContent = words;
  root.querySelector('#now .stack').prepend(line);
}

document.addEventListener('submit', async (event) => {
  const root = guide();
  if (!root?.contains(event.target)) return;
  event.preventDefault();
  if (root.getAttribute('aria-busy') === 'true') return;
  root.setAttribute('aria-busy', 'true');
  try {
    const fresh = await send(event.target, event.submitter);
    root.replaceWith(fresh);
    focus(fresh);
  } catch (error) {
    root.removeAttribute('aria-busy');
    tell(root, error instanceof TypeError ? root.dataset.away : error.message);
  }
});
document.addEventListener('input', ({ target }) => target.matches?.('#guide textarea[data-keep]') && storage.set(target.value));
if (guide()) put(guide());
