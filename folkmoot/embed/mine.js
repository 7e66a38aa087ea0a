/** What only this reader sees, laid over the page that all share: own votes, own comments that wait or can be changed, a moderator's buttons. */

import { framed } from './host.js';
import { kept } from './kept.js';
import { copy, left, make, nodes, say } from './page.js';
import { call, forget, known, meet } from './session.js';

const NOTHING = { votes: {}, own: [], may: [], waiting: [] };
const BEAT = 20_000;

export let mine = NOTHING;

/** Asks the server what is this reader's own in a story. Without any token there is nothing to ask. A member whom our own page's cookie knows claims the guest first. */
export async function askMine(story) {
  mine = NOTHING;
  if (!story || !known()) return;
  if (!framed && kept.get('guest')) await (await import('./claim.js')).claim();
  mine = { ...NOTHING, ...(await call('GET', `/me/thread/${story}`)) };
  if (mine.person) meet(mine.person.name, mine.person.kind === 'member');
  else forget();
}

/** Shows one's vote on a comment: 1, -1 or 0. */
export function press(form, value) {
  for (const each of form.querySelectorAll('button')) each.ariaPressed = String(Number(each.value) === value);
}

/** Lays all of it over the comments in `thread`. */
export function lay(thread) {
  for (const form of thread.querySelectorAll('.vote')) press(form, mine.votes[form.closest('li').dataset.id] ?? 0);
  for (const each of [...mine.own, ...mine.waiting]) {
    if (each.fragment && !thread.querySelector(`#c${each.id}`)) place(thread, each.parent, nodes(each.fragment)[0]);
  }
  for (const each of mine.own) own(thread.querySelector(`#c${each.id}`), each);
  if (mine.muted) import('./mutes.js').then(({ fold }) => fold(thread, mine.muted));
}

/** Puts a comment's list item on top of the replies to `parent`, or of the thread. Without its parent on the page it is not shown. */
export function place(thread, parent, item) {
  const list = parent ? replies(thread.querySelector(`li[data-id="${parent}"]`)) : thread.querySelector('#comments');
  list?.prepend(item);
  return list ? item : null;
}

function replies(answered) {
  if (!answered) return null;
  const there = answered.querySelector(':scope > .replies');
  if (there) return there;
  const made = make('ol', '', { class: 'replies', role: 'list' });
  answered.append(made);
  return made;
}

/** Marks a comment as one's own: its vote is for others, its words for oneself. */
export function own(article, { edit_until: until, waiting_html: waits, why }) {
  if (!article?.querySelector('.byline') || article.querySelector('.tag.mine')) return;
  const byline = article.querySelector('.byline');
  byline.querySelector('b').after(' ', make('span', say('you'), { class: 'tag mine' }));
  byline.append(make('span', '', { class: 'until' }));
  for (const each of article.querySelectorAll('.vote button')) each.hidden = true;
  const acts = article.querySelector('.acts');
  acts.insertBefore(copy('own'), acts.querySelector('details'));
  if (waits) article.before(make('p', `${say('editWaits')} ${why ?? ''}`, { class: 'told waits' }));
  countDown(article, until && Date.parse(until));
}

function countDown(article, until) {
  if (!article.isConnected) return;
  const clock = article.querySelector('.until'), edit = article.querySelector('[value="edit"]');
  edit.hidden = clock.hidden = !until || until <= Date.now();
  if (edit.hidden) return;
  clock.textContent = say('until', { time: left(until) });
  setTimeout(() => countDown(article, until), BEAT);
}

/** The deeds that this person's role allows on a comment as it stands. */
export function deeds(article) {
  const fit = article.matches('.held') ? ['release', 'remove'] : article.querySelector('.tomb') ? ['restore'] : ['hold', 'remove'];
  return fit.filter((each) => mine.may.includes(each));
}
