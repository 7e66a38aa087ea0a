/** <fm-composer>: the form in which comments are written. Without script it is a plain form; here it keeps the draft, previews, and posts in place. */

import { framed } from './host.js';
import { kept } from './kept.js';
import { copy, make, say } from './page.js';
import { call, meet, person, session, signOut, why } from './session.js';

const PAUSE = 300;
const safe = () => (kept.lost ? '' : say('safe'));

class Composer extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector('form');
    this.form.noValidate = true;
    this.text = this.form.elements.text;
    this.button = this.form.querySelector('.primary');
    this.verb = this.button.textContent;
    this.form.querySelector('.row').append(copy('tabs'));
    if (this.dataset.edit || this.parent) this.button.after(copy('cancel'));
    this.draft = kept.get(this.place) ?? { text: this.text.value };
    if (!this.text.value || this.dataset.edit) this.text.value = this.draft.text;
    this.listen();
    this.introduce();
  }

  disconnectedCallback() {
    this.leave?.abort();
  }

  /** The comment that is answered, or "". */
  get parent() {
    return this.form.elements.parent?.value ?? '';
  }

  get place() {
    return `draft.${this.dataset.edit ? `edit.${this.dataset.edit}` : `${this.form.elements.url.value} ${this.parent}`}`;
  }

  listen() {
    this.leave = new AbortController();
    const { signal } = this.leave;
    this.form.addEventListener('input', ({ target }) => {
      target.removeAttribute('aria-invalid');
      this.begun ||= Date.now();
      this.keepSoon();
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    this.addEventListener('click', (event) => this.pressed(event));
    this.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && (this.dataset.edit || this.parent) && !event.defaultPrevented) this.close();
      if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && event.target === this.text) this.send();
    });
    session.addEventListener('change', () => this.introduce(), { signal });
    addEventListener('pagehide', () => this.keep(), { signal });
    addEventListener('online', () => this.waits && this.tell('good', say('online'), safe()), { signal });
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), PAUSE);
  }

  keep() {
    clearTimeout(this.timer);
    const text = this.text.value;
    if (text === this.draft.text) return;
    this.draft = { text };
    import('./note-offer.js');
    if (text.trim()) kept.set(this.place, this.draft);
    else kept.drop(this.place);
  }

  /** Says as whom one writes; a member needs no name field. */
  introduce() {
    const name = this.form.elements.name;
    const who = this.form.querySelector('.who');
    if (!name) return;
    const me = person();
    name.hidden = name.labels[0].hidden = Boolean(me?.member);
    if (me && !name.value) name.value = me.name;
    this.door ??= who.querySelector('a');
    if (me?.member) who.replaceChildren(say('as', me), ' ', make('button', say('signOut'), { type: 'button', class: 'link', value: 'out' }));
    else who.replaceChildren(say('guest'), ' ', this.door);
  }

  pressed(event) {
    const pressed = event.target.closest('button, a');
    if (pressed?.value === 'write' || pressed?.value === 'preview') this.show(pressed);
    if (pressed?.value === 'cancel' && this.form.contains(pressed)) this.close();
    if (pressed?.value === 'out') signOut().then(() => location.reload());
    if (framed && pressed?.matches('.who a')) {
      event.preventDefault();
      // in the very click, or the browser blocks it
      const popup = window.open('about:blank', 'folkmoot-sign-in', 'popup,width=480,height=720');
      import('./sign-in.js').then(({ openSignIn }) => openSignIn(this, pressed, popup), () => popup?.close());
    }
  }

  /** Shows the words as they would look, or the field again. */
  async show(tab) {
    (await import('./preview.js')).show(this, tab);
  }

  async send() {
    if (this.busy) return;
    this.keep();
    this.told?.remove();
    const text = this.text.value;
    if (!text.trim()) return this.refuse(say('none'), 'text');
    const { name } = this.form.elements;
    if (name && !name.hidden && !name.value.trim()) return this.refuse(say('name'), 'name');
    this.wait(true);
    try {
      const answer = this.dataset.edit ? await this.change(text) : await this.post(text);
      this.finish(answer);
    } catch (refused) {
      const words = why(refused);
      this.waits = refused.offline;
      if (this.waits) this.tell('waits', say('offline'), safe());
      else this.refuse(words, refused.field);
    } finally {
      this.wait(false);
    }
  }

  wait(busy) {
    this.busy = busy;
    this.button.textContent = busy ? say('posting') : this.waits ? say('again') : this.verb;
    this.button.setAttribute('aria-disabled', String(busy));
    this.text.readOnly = busy;
  }

  /** Posts once, however often it is tried: the key stays with the words until they change. */
  async post(text) {
    const { url, key, name } = this.form.elements;
    this.draft.key ??= crypto.getRandomValues(new Uint32Array(4)).join('-');
    this.draft.written ??= this.begun && Date.now() - this.begun;
    kept.set(this.place, this.draft);
    const called = person()?.member ? undefined : name?.value.trim() || undefined;
    const body = { url: url.value, text, parent: this.parent || undefined, story: key?.value, name: called, written: this.draft.written };
    const post = () => call('POST', '/api/v1/comments', { ...body, altcha: this.draft.altcha }, { 'Idempotency-Key': this.draft.key, Prefer: 'return=fragment' });
    const answer = await post().catch(async (refused) => {
      if (refused.code !== 'refused_proof') throw refused;
      this.draft.altcha = await (await import('./proof.js')).prove(url.value);
      return post();
    });
    if (answer.token && called) meet(called, false);
    return answer;
  }

  change(text) {
    return call('PATCH', `/api/v1/comments/${this.dataset.edit}`, { text }, { Prefer: 'return=fragment' });
  }

  finish(answer) {
    this.waits = false;
    kept.drop(this.place);
    this.text.value = '';
    this.draft = { text: '' };
    this.begun = undefined;
    const write = this.form.querySelector('[value="write"]');
    if (write.ariaPressed !== 'true') this.show(write);
    if (framed && kept.lost) this.tell('waits', say('lost'), '').append(make('a', say('alone'), { href: location.href, target: '_blank' }));
    this.dispatchEvent(new CustomEvent('fm-posted', { bubbles: true, detail: { answer, parent: this.parent, edit: this.dataset.edit } }));
  }

  close() {
    this.keep();
    this.dispatchEvent(new CustomEvent('fm-closed', { bubbles: true }));
    this.remove();
  }

  /** Shows why it was not posted, with a way to the field, and goes there. */
  refuse(words, field) {
    const at = field && this.form.elements[field];
    for (const each of this.form.elements) each.removeAttribute('aria-invalid');
    at?.setAttribute('aria-invalid', 'true');
    const said = this.tell('wrong', say('wrong'), at ? '' : words);
    if (at) said.append(make('a', words, { href: `#${at.id}`, target: '_self' }));
    said.focus();
  }

  tell(kind, strong, text) {
    this.told?.remove();
    this.told = make('p', '', { class: `told ${kind}`, role: kind === 'wrong' ? 'alert' : 'status', tabindex: '-1' });
    this.told.append(make('b', strong), ' ', text);
    this.form.prepend(this.told);
    return this.told;
  }
}

customElements.define('fm-composer', Composer);

/** A composer for a reply to a comment of that name, or (words) for new words of one's own. */
export function openComposer(comment, name, words) {
  const made = copy(name ? 'reply' : 'edit', comment).firstElementChild;
  if (name) made.querySelector('bdi').textContent = name;
  else {
    made.dataset.edit = comment;
    made.querySelector('textarea').value = words;
  }
  return made;
}
