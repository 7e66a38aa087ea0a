/**
 * While somebody writes: notices words that dispute the story, and offers to make a note of them. Loaded when somebody begins to write;
 * from then on it looks at every composer of the page by itself.
 */

import { make, say } from './page.js';

// Beside these, notes/finding.py reads much more, once the comment is there.
const DOUBTS =
  /\b(not (a )?true|untrue|isn.t true|(is|are|was|were) (\w+ )?(false|wrong|incorrect|inaccurate|misleading)|correction|misquot\w+|out of context|no evidence|never happened|there (have|has) been no|debunk\w*|stimmt (so )?nicht|falsch|faux|falso|falsa)\b|غير صحيح/iu;
const QUOTED = /[“"„«]([^”"“»]{12,300})[”"“»]/gu;
const tellers = (text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []);

/** Whether the words doubt the story, or quote its headline. */
function disputes(text, title) {
  if (DOUBTS.test(text)) return true;
  const wanted = tellers(title);
  return [...text.matchAll(QUOTED)].some(([, words]) => [...tellers(words)].filter((word) => wanted.has(word)).length >= 3);
}

/** Shows the offer below the words of a composer, and takes it away when they dispute nothing any more. */
function offer(composer) {
  const { form, text } = composer;
  const there = form.querySelector('.offer');
  const title = document.querySelector('h1')?.textContent ?? '';
  if (composer.dataset.edit || !disputes(text.value, title)) {
    there?.remove();
    return;
  }
  const { url, story } = form.elements;
  const at = new URLSearchParams({ text: text.value.slice(0, 500), ...(story?.value && !composer.dataset.key ? { story: story.value } : { url: url.value }) });
  const line = there ?? make('p', '', { class: 'told offer', role: 'status' });
  const link = there?.querySelector('a') ?? make('a', say('makeNote'), { target: '_top' });
  link.href = `/notes/new?${at}`;
  if (!there) {
    line.append(make('b', say('offer')), ' ', say('offerWhy'), ' ', link);
    text.closest('.field').after(line);
  }
}

let timer;
addEventListener('input', ({ target }) => {
  const composer = target.closest('fm-composer');
  clearTimeout(timer);
  if (composer?.text === target) timer = setTimeout(() => offer(composer), 300);
});
for (const each of document.querySelectorAll('fm-composer')) offer(each);
