/**
 * <fm-sign-in>: signing in from a frame. A popup, which the click has opened, is an ordinary page of ours; the frame waits and picks the tokens up with a
 * verifier that only it holds. Where no popup opens, six mailed digits are entered here.
 */

import { hostOrigin } from './host.js';
import { copy, say } from './page.js';
import { call, keepKeys, meet, why } from './session.js';

const BEAT = 2000;
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

class SignIn extends HTMLElement {
  connectedCallback() {
    this.append(copy('sign-in', 'in'));
    [this.mailbox, this.digits] = this.querySelectorAll('form');
    this.error = this.querySelector('.error');
    this.addEventListener('click', ({ target }) => {
      if (target.value === 'code') this.byCode();
      if (target.value === 'cancel') this.end();
    });
    this.addEventListener('submit', (event) => {
      event.preventDefault();
      this.attempt(() => (event.target === this.mailbox ? this.ask() : this.enter()));
    });
    addEventListener('message', this);
    this.firstElementChild.focus();
  }

  disconnectedCallback() {
    removeEventListener('message', this);
    clearTimeout(this.timer);
  }

  /** Runs a step; what is refused is said here. */
  async attempt(step) {
    this.error.textContent = '';
    try {
      await step();
    } catch (refused) {
      this.error.textContent = why(refused);
      if (refused.field === 'name') this.askName();
    }
  }

  /** Waits for the popup. Without one, without the host's hello or without SHA-256 (plain http), the code is the way. */
  async begin(popup) {
    this.popup = popup;
    if (!popup || !hostOrigin() || !crypto.subtle) {
      popup?.close();
      return this.byCode();
    }
    this.verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(this.verifier)));
    const made = await call('POST', '/api/v1/handovers', { challenge, origin: hostOrigin() });
    this.handover = made.id;
    popup.location.replace(new URL(made.address, location.origin));
    return this.look();
  }

  handleEvent({ source, origin, data }) {
    if (source === this.popup && origin === location.origin && data?.folkmoot === 'handover') this.look();
  }

  /** Looks whether the popup is done, and again every two seconds: another window may have cut its opener. */
  async look() {
    clearTimeout(this.timer);
    if (!this.isConnected || this.picking) return;
    const { state } = await call('GET', `/api/v1/handovers/${this.handover}`).catch((refused) => ({ state: refused.offline ? 'waiting' : 'ended' }));
    if (state === 'done') await this.attempt(() => this.pick());
    else if (state === 'ended') this.byCode(say('ended'));
    else this.timer = setTimeout(() => this.look(), BEAT);
  }

  async pick() {
    if (this.picking) return;
    this.picking = true;
    await this.enterWith(await call('POST', `/api/v1/handovers/${this.handover}/redeem`, { verifier: this.verifier }));
  }

  /** Shows the form for a mailbox instead of waiting. */
  byCode(words = '') {
    clearTimeout(this.timer);
    for (const each of this.querySelectorAll('.waiting')) each.hidden = true;
    this.mailbox.hidden = false;
    this.error.textContent = words;
    this.mailbox.elements.email.focus();
  }

  async ask() {
    this.code = await call('POST', '/api/v1/codes', { email: this.mailbox.elements.email.value.trim() });
    this.mailbox.hidden = true;
    this.digits.hidden = false;
    this.digits.elements.digits.focus();
  }

  askName() {
    const name = this.digits.elements.name;
    name.closest('.field').hidden = false;
    name.focus();
  }

  async enter() {
    const { digits, name } = this.digits.elements;
    await this.enterWith(await call('POST', '/api/v1/sessions', { code_id: this.code.code_id, secret: this.code.secret, digits: digits.value, name: name.value.trim() || undefined }));
  }

  async enterWith(keys) {
    keepKeys(keys);
    meet(keys.person.name, true);
    this.dispatchEvent(new CustomEvent('fm-signed-in', { bubbles: true }));
    this.end();
  }

  end() {
    this.remove();
    this.origin?.focus();
  }
}

customElements.define('fm-sign-in', SignIn);

/** Waits below `near` for the popup that the click on `origin` has opened, or null. */
export function openSignIn(near, origin, popup) {
  near.querySelector('fm-sign-in')?.remove();
  const made = document.createElement('fm-sign-in');
  made.origin = origin;
  near.append(made);
  made.attempt(() => made.begin(popup));
}
