/**
 * A publisher's own accounts: asks the page around us whether its server has signed who its reader is, and hands that in once, where nobody is signed
 * in here yet or the publisher has another reader now. An empty assertion says that the publisher knows nobody: whom it vouched for is signed out.
 * Loaded when the page stands, since nobody waits for it to read.
 */

import { framed, hostOrigin } from './host.js';
import { kept } from './kept.js';
import { call, keepKeys, meet, session, signOut, why } from './session.js';

let asked = false;

addEventListener('message', ({ source, origin, data }) => {
  const fits = source === window.parent && origin === hostOrigin() && data?.folkmoot === 1 && typeof data.assertion === 'string';
  if (fits && !asked) hear(data.assertion, origin);
});
session.addEventListener('change', () => kept.get('refresh') || kept.drop('vouched'));
if (framed && hostOrigin() && (!kept.get('refresh') || kept.get('vouched'))) window.parent.postMessage({ folkmoot: 1, who: true }, hostOrigin());

/** Whom an assertion names. The server alone judges it; here it only tells two readers apart. */
function subject(assertion) {
  try {
    return JSON.parse(atob(assertion.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub;
  } catch {
    return null;
  }
}

async function hear(assertion, origin) {
  asked = true;
  const before = kept.get('vouched');
  const now = assertion && { sub: subject(assertion) };
  if (before && before.sub === now.sub) return;
  try {
    if (before) await signOut();
    if (assertion) await enter(assertion, origin, now);
    if (before) location.reload(); // the page has the other reader's marks on it
    else document.querySelector('fm-thread').layMine();
  } catch (refused) {
    console.warn('Folkmoot:', why(refused)); // for who builds the publisher's page; its reader can sign in by themselves
  }
}

async function enter(assertion, origin, now) {
  const keys = await call('POST', '/api/v1/sessions/assertions', { assertion, origin });
  keepKeys(keys);
  kept.set('vouched', now);
  meet(keys.person.name, true);
}
