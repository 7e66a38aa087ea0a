/** On our own page a member's cookie wins over the guest whom this browser keeps: what the guest wrote becomes the member's, as at a sign-in in a frame. */

import { kept } from './kept.js';

/** Offers the guest to whom the cookie knows; nothing changes where it knows nobody, or where the server is not reached. */
export async function claim() {
  const asked = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ guest: kept.get('guest') }) };
  const { claimed } = await fetch('/api/v1/sessions/guest', asked).then((answer) => answer.json()).catch(() => ({}));
  if (claimed) kept.drop('guest');
}
