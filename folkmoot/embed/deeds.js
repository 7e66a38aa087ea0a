/** What a reader does with one comment: vote, report, copy its link, withdraw it, decide on it. Each answers beside the comment and aloud. */

import { copy, make } from './html.js';
import { deeds, mine, press } from './mine.js';
import { call, keepGuest } from './session.js';
import { number, say } from './words.js';

const idOf = (node) => node.closest('li').dataset.id;

/** Says something beside a comment, and to those who listen. */
export function note(node, words, wrong = false) {
  const article = node.closest('article');
  article.querySelector(':scope > .note')?.remove();
  article.append(make('p', { class: wrong ? 'note error' : 'note fine', text: words }));
  document.querySelector('[role="status"].status').textContent = words;
}

/** Runs a deed; what is refused is said beside the comment. */
async function attempt(node, act) {
  try {
    return await act();
  } catch (refused) {
    if (refused.offline === undefined) throw refused;
    note(node, refused.message || say('unreached'), true);
    return null;
  }
}

/** Sets one's vote, or takes it back where it is pressed again. Shown at once, set back where it is refused. */
export async function vote(form, pressed) {
  const id = idOf(form), before = mine.votes[id] ?? 0;
  const value = pressed.ariaPressed === 'true' ? 0 : Number(pressed.value);
  press(form, value);
  const given = await attempt(form, () => call('PUT', `/api/v1/comments/${id}/vote`, { value }));
  if (!given) return press(form, before);
  keepGuest(given.token);
  mine.votes[id] = value;
  if (given.counts) count(form, value - before);
  else if (value) note(form, say('kept'));
}

function count(form, change) {
  const shown = form.querySelector('.num').lastChild;
  shown.data = ` ${number(Number(shown.data.trim().replace('−', '-')) + change)}`;
}

/** Opens a form of the page's templates below a comment's acts; gives it, or null where it was open and is closed now. */
function unfold(article, name) {
  const open = article.querySelector(`form.${name}`);
  article.querySelector('details[open]')?.removeAttribute('open');
  if (open) return open.remove(), null;
  article.querySelector('.acts').after(copy(name, article.id));
  const form = article.querySelector('.acts + form');
  form.classList.add(name);
  form.querySelector('[value="cancel"]')?.addEventListener('click', () => fold(form));
  form.addEventListener('keydown', (event) => event.key === 'Escape' && fold(form));
  form.querySelector('input, button')?.focus();
  return form;
}

function fold(form) {
  const back = form.closest('article').querySelector('.acts button, summary');
  form.remove();
  back?.focus();
}

/** Asks what is wrong with a comment, and reports it. */
export function report(article) {
  const form = unfold(article, 'report');
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { reason, detail } = form.elements;
    const given = await attempt(form, () => call('POST', `/api/v1/comments/${idOf(form)}/flags`, { reason: reason.value, detail: detail.value }));
    if (!given) return;
    keepGuest(given.token);
    note(form, say('reported'));
    fold(form);
  });
}

/** Asks once more, then takes one's own comment back. */
export function withdraw(article) {
  const form = unfold(article, 'withdraw');
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const item = article.closest('li');
    const gone = await attempt(form, () => call('DELETE', `/api/v1/comments/${idOf(form)}`).then(() => true));
    if (!gone) return;
    const tomb = make('p', { class: 'tomb', tabindex: '-1', text: say('withdrawn') });
    article.classList.remove('held');
    article.replaceChildren(tomb);
    item.querySelector(':scope > .told')?.remove();
    tomb.focus();
  });
}

/** A moderator's buttons in a comment's menu. */
export function addDecisions(article) {
  const menu = article.querySelector('.menu, .acts'), fit = deeds(article);
  if (!fit.length || article.querySelector('.decide')) return;
  menu.append(copy('decide', article.id));
  const form = menu.querySelector('.decide');
  for (const each of form.querySelectorAll('[name="do"]')) each.hidden = !fit.includes(each.value);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const decision = { do: event.submitter.value, reason: form.elements.reason.value };
    if (await attempt(form, () => call('POST', `/api/v1/comments/${idOf(form)}/decisions`, decision))) note(form, say('done'));
  });
}

/** Puts a comment's address on the clipboard. */
export async function copyLink(link) {
  try {
    await navigator.clipboard.writeText(link.href);
    note(link, say('copied'));
  } catch {
    note(link, link.href);
  }
}
