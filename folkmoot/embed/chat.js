/**
 * The guide in a story's page, below the action that it was opened from. In a frame its token stands in the frame's own storage, as nothing else
 * would keep it there; on our own page the cookie speaks.
 */

import { ask, carry, focus, guide, put } from './guide.js';
import { framed } from './host.js';
import { kept } from './kept.js';
import { bearer, keepKeys, meet } from './session.js';

carry(
  async () => {
    const token = framed && (await bearer().catch(() => null));
    return { 'Folkmoot-Card': '1', ...(framed && { 'Folkmoot-Talk': kept.get('talk') ?? 'none' }), ...(token && { Authorization: `Bearer ${token}` }) };
  },
  ({ headers }) => {
    const [talk, keys] = [headers.get('folkmoot-talk'), headers.get('folkmoot-keys')];
    if (talk) kept.set('talk', talk);
    if (!keys) return;
    const { name, ...given } = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(keys), (each) => each.charCodeAt(0))));
    keepKeys(given);
    meet(name, true);
  },
);

/** The guide's own style sheet, once; when it is there, what it moves has been moved. */
function dress(page) {
  const sheet = page.querySelector('link[href*="/static/guide."]');
  if (!sheet || document.querySelector(`link[href="${sheet.getAttribute('href')}"]`)) return null;
  return new Promise((done) => {
    sheet.addEventListener('load', done);
    sheet.addEventListener('error', done);
    document.head.append(document.adoptNode(sheet));
  });
}

/** Opens the guide below the card of a link, or closes the one that is open there. */
export async function open(link) {
  const [card, there] = [link.closest('article'), guide()];
  if (there) shut();
  if (there && card.contains(there)) return;
  link.ariaBusy = 'true';
  try {
    const { page, root } = await ask(link.getAttribute('href'));
    await dress(page);
    card.append(root);
    link.ariaExpanded = 'true';
    put(root);
    focus(root);
  } finally {
    link.ariaBusy = null;
  }
}

function shut() {
  const link = guide().closest('article').querySelector('a[href^="/guide?action="]');
  guide().remove();
  link.ariaExpanded = 'false';
  link.focus();
}

document.addEventListener('click', ({ target }) => target.value === 'shut' && guide()?.contains(target) && shut());
