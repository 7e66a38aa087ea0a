/**
 * A publisher's own accounts: asks the page around us whether its server has signed who its reader is, and hands that in once, where nobody is signed
 * in here yet. Loaded when the page stands, since nobody waits for it to read.
 */

import { framed, hostOrigin } from './host.js';
import { kept } from './kept.js';
import { call, keepKeys, meet, why } from './session.js';

let asked = false;

addEventListener('message', ({ source, origin, data }) => {
  const fits = source === window.parent && origin === hostOrigin() && data?.folkmoot === 1 && typeof data.assertion === 'string';
  if (fits && !asked) enter(data.assertion, origin);
});
if (framed && hostOrigin() && !kept.get('refresh')) window.parent.postMessage({ folkmoot: 1, who: true }, hostOrigin());

async function enter(assertion, origin) {
  asked = true;
  try {
    const keys = await call('POST', '/api/v1/sessions/assertions', { assertion, origin });
    keepKeys(keys);
    meet(keys.person.name, true);
    document.querySelector('fm-thread').layMine();
  } catch (refused) {
    console.warn('Folkmoot:', why(refused)); // for who builds the publisher's page; its reader can sign in by themselves
  }
}
