/** The work that the server asks of newcomers while very many write (ALTCHA v2: PBKDF2). Loaded only when it asks. */

import { call } from './session.js';

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (each) => parseInt(each, 16));
const hexOf = (buffer) => Array.from(new Uint8Array(buffer), (each) => each.toString(16).padStart(2, '0')).join('');

/** The solution for a comment under a story; "unable" where this browser cannot compute it. */
export async function prove(url) {
  const challenge = await call('GET', `/api/v1/challenge?url=${encodeURIComponent(url)}`);
  const { algorithm, cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters;
  if (!globalThis.crypto?.subtle || algorithm !== 'PBKDF2/SHA-256') return 'unable';
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost };
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const view = new DataView(password.buffer);
  for (let counter = 0; ; counter++) {
    view.setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const derivedKey = hexOf(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
  }
}
