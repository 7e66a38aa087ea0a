/**
 * Who the reader is, and requests in their name. A guest has one token; a member has a refresh token in the frame's storage, which is changed at each
 * use, and an access token in memory. On our own top-level page the cookie speaks instead, and no script sees it.
 */

import { kept } from './kept.js';
import { say } from './page.js';

/** ms until a request has failed; no token is sent that ends sooner. */
const LATE = 30_000;
let access = null;
let first = Promise.resolve();

/** Why a request failed, in the server's words. `offline`: it may never have arrived. */
export class Refused extends Error {
  constructor(status, { detail, code, field } = {}) {
    super(detail ?? '');
    Object.assign(this, { status, code, field, offline: !status || status >= 502 });
  }
}

/** A refusal in words; whatever else went wrong is a fault and goes on. */
export function why(refused) {
  if (!(refused instanceof Refused)) throw refused;
  return refused.message || say('unreached');
}

export const session = new EventTarget();
const changed = () => session.dispatchEvent(new Event('change'));

/** The person as far as this browser knows: {name, member}, or null. */
export const person = () => kept.get('person');

const held = () => kept.get('refresh') || kept.get('guest');

/** Whether there is anything to ask the server about this reader. */
export const known = () => held() || window === window.parent;

/** Remembers who the server says we are. */
export function meet(name, member) {
  kept.set('person', { name, member });
  changed();
}

/** Keeps the tokens of a sign-in; a guest's is claimed by then. */
export function keepKeys(keys) {
  kept.set('refresh', keys.refresh);
  kept.drop('guest');
  access = { token: keys.access, until: Date.parse(keys.expires) };
}

/** Forgets the reader in this browser. */
export function forget() {
  access = null;
  for (const name of ['refresh', 'guest', 'person', 'talk']) kept.drop(name);
  changed();
}

const inTurn = () => (navigator.locks ? navigator.locks.request('folkmoot.refresh', renew) : renew());

async function renew() {
  const refresh = kept.get('refresh');
  if (!refresh) return null;
  const answer = await ask('POST', '/api/v1/sessions/refresh', { refresh });
  if (answer.status === 401 || answer.status === 404) return forget();
  keepKeys(await read(answer));
  return access.token;
}

/** The token that proves this reader, renewed where it has ended; null for nobody. */
export async function bearer() {
  if (access?.until > Date.now() + LATE) return access.token;
  if (kept.get('refresh')) return inTurn();
  return held();
}

/** A request as it is, with a token where there is one. After half a minute without an answer it has failed: others may wait for it. */
function ask(method, path, body, token, headers) {
  const all = { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }), ...headers };
  return fetch(path, { method, headers: all, body: body && JSON.stringify(body), signal: AbortSignal.timeout(LATE) }).catch(() => {
    throw new Refused(0);
  });
}

async function read(answer) {
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, body ?? {});
  if (body?.token) kept.set('guest', body.token);
  return body;
}

const here = (act) => (first = first.then(act, act));

/** One deed at a time: of somebody who is known, in this window; of a newcomer, in all windows of this browser, where it can lock. */
function alone(act) {
  if (person() || !navigator.locks) return here(act);
  let begun;
  return navigator.locks.request('folkmoot.first', () => (begun = act())).catch(() => begun ?? here(act));
}

/**
 * Asks the API in the reader's name. Gives the JSON (null for none); throws Refused. A newcomer's first deed brings the token of the guest whom
 * it makes, so the next one waits for it: else one person were two.
 */
export function call(...asked) {
  const act = () => send(...asked);
  return asked[0] === 'GET' || held() ? act() : alone(act);
}

/** Asks at once, for what makes nobody a guest. */
export async function send(method, path, body, headers) {
  const token = await bearer();
  const answer = await ask(method, path, body, token, headers);
  if (answer.status !== 401 || !token) return read(answer);
  access = null;
  const again = await inTurn();
  if (again) return read(await ask(method, path, body, again, headers));
  forget();
  return read(answer);
}

/** Signs out, here and at the server. */
export async function signOut() {
  await call('DELETE', '/api/v1/sessions').catch(why);
  forget();
}
