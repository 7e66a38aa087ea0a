/** What a reader does with one comment: vote, report, copy its link, withdraw it, decide on it. Each answers beside the comment and aloud. */

import { deeds, mine, press } from './mine.js';
import { fetchPage } from './more.js';
import { copy, make, number, say } from './page.js';
import { call, why } from './session.js';

const idOf = (node) => node.closest('li').dataset.id;

/** Says something beside a comment, and to those who listen. */
export function note(node, words, wrong = false) {
  const article = node.closest('article');
  article.querySelector(':scope > .note')?.remove();
  article.append(make('p', words, { class: wrong ? 'note error' : 'note fine' }));
  document.querySelector('[role="status"].status').textContent = words;
}

/** Runs a deed; what is refused is said beside the comment. */
async function attempt(node, act) {
  try {
    return await act();
  } catch (refused) {
    note(node, why(refused), true);
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
  mine.votes[id] = value;
  if (given.counts) count(form, value - before);
  else if (value) note(form, say('kept'));
}

function count(form, change) {
  const shown = form.querySelector('.num').lastChild;
  shown.data = ` ${number(Number(shown.data.trim().replace('−', '-')) + change)}`;
}

/** Opens a form of the page's templates below a comment's acts, or closes it where it is open. send(form) gives what the server said. */
function unfold(article, name, send, done) {
  const open = article.querySelector('.acts + form');
  article.querySelector('details')?.removeAttribute('open');
  open?.remove();
  if (open?.matches(`.${name}`)) return;
  article.querySelector('.acts').after(copy(name, article.id));
  const form = article.querySelector('.acts + form');
  const fold = () => {
    form.remove();
    article.querySelector('.reply, .acts button')?.focus();
  };
  form.addEventListener('click', ({ target }) => target.value === 'cancel' && fold());
  form.addEventListener('keydown', ({ key }) => key === 'Escape' && fold());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = await attempt(form, () => send(form.elements));
    if (given === null) return;
    fold();
    done(given);
  });
  form.querySelector('input, button').focus();
}

/** Asks what is wrong with a comment, and reports it. */
export function report(article) {
  const send = ({ reason, detail }) => call('POST', `/api/v1/comments/${idOf(article)}/flags`, { reason: reason.value, detail: detail.value });
  unfold(article, 'report', send, () => note(article, say('reported')));
}

/** Asks once more, then takes one's own comment back. */
export function withdraw(article) {
  const send = () => call('DELETE', `/api/v1/comments/${idOf(article)}`).then(() => true);
  unfold(article, 'withdraw', send, () => {
    article.classList.remove('held');
    bury(article, say('withdrawn'));
    article.firstChild.focus();
  });
}

/** Leaves the line that stands for a comment that is gone. */
export function bury(article, words) {
  article.replaceChildren(make('p', words, { class: 'tomb', tabindex: '-1' }), make('div', '', { class: 'acts' }));
}

/** A moderator's buttons in a comment's menu. */
export function addDecisions(article) {
  const menu = article.querySelector('details .menu') ?? article.querySelector('.acts'), fit = deeds(article);
  if (!fit.length || article.querySelector('.decide')) return;
  menu.append(copy('decide', article.id));
  const form = menu.querySelector('.decide');
  for (const each of form.querySelectorAll('[name="do"]')) each.hidden = !fit.includes(each.value);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const decision = { do: event.submitter.value, reason: form.elements.reason.value };
    const given = await attempt(form, () => call('POST', `/api/v1/comments/${idOf(form)}/decisions`, decision));
    if (given) show(article, given.comment.state, decision.do);
  });
}

/** Shows a comment as it stands once a moderator has decided, with what can be decided now. */
async function show(article, state, deed) {
  const thread = article.closest('fm-thread');
  article.classList.toggle('held', state === 'held');
  article.querySelector('.decide').remove();
  if (state === 'published') {
    const page = await fetchPage(`/c/${idOf(article)}`).catch(() => null);
    article.replaceWith((article = page?.getElementById(article.id) ?? article));
  } else {
    if (state !== 'held') bury(article, say('removed'));
    addDecisions(article);
  }
  thread.settle();
  thread.recount();
  note(article, say(deed));
  article.focus();
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
