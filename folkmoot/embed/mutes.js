/** What this reader does not want to read: folded where it stands, opened by a press, kept with their account. Loaded once the page stands. */

import { make, say } from './page.js';
import { call, known, why } from './session.js';

/** Folds comments of muted people and with muted words; what has been opened stays open. */
export function fold(thread, { comments, words }) {
  const heard = words.map((each) => each.toLocaleLowerCase());
  for (const article of thread.querySelectorAll('article.comment:not([data-looked])')) {
    const said = article.querySelector('.words')?.textContent.toLocaleLowerCase() ?? '';
    const by = comments.includes(article.id.slice(1));
    if ((by || heard.some((each) => said.includes(each))) && !article.querySelector('.tag.mine')) cover(article, by);
  }
}

function cover(article, by) {
  article.dataset.looked = '';
  const parts = [...article.children].filter((each) => !each.matches('.byline'));
  const button = make('button', say(by ? 'mutedPerson' : 'mutedWord'), { class: 'quiet' });
  for (const each of parts) each.hidden = true;
  button.addEventListener('click', () => {
    for (const each of parts) each.hidden = false;
    button.remove();
    article.focus();
  });
  article.append(button);
}

addEventListener('toggle', ({ target }) => target.open && target.matches('.acts > details') && offer(target), true);

/** Puts the way to mute a comment's writer into its menu; for somebody whom we know, since it is kept with them. */
function offer(details) {
  const article = details.closest('article'), menu = details.querySelector('.menu');
  if (!known() || menu.querySelector('.mute') || article.querySelector('.tag.mine')) return;
  const button = make('button', say('mute', { name: article.querySelector('bdi').textContent }), { class: 'link mute', type: 'button' });
  button.addEventListener('click', async () => {
    try {
      await call('POST', '/api/v1/me/mutes', { comment: article.id.slice(1) });
      details.open = false;
      await article.closest('fm-thread').layMine();
    } catch (refused) {
      button.replaceWith(make('p', why(refused), { class: 'error' }));
    }
  });
  menu.append(button);
}
