/**
 * What is new in a thread that is open: one polite line with a button. Nothing moves by itself; what was removed goes. News hold ids and no words: these are
 * fetched when the button is pressed. A page that cannot keep a stream open asks from time to time; one that is not looked at does neither.
 */

import {} from './mutes.js';
import {} from './vouched.js';
import { bury } from './deeds.js';
import { mine } from './mine.js';
import { fetchPage, replaceRoots } from './more.js';
import { copy, number, say } from './page.js';
import { showWays } from './ways.js';

const POLL = [30_000, 60_000], SOON = [500, 4_000], RECENT = 30_000, FORMS = [0, 1, 2, 3, 11, 100];
const between = ([least, most]) => least + Math.random() * (most - least);
const rules = new Intl.PluralRules(document.documentElement.lang);
const time = (id) => Number(BigInt(id) >> 21n);

class Live {
  known = new Set();
  fresh = [];
  at = 0;
  far = false;

  constructor(thread) {
    this.thread = thread;
    this.line = copy('news').firstElementChild;
    this.button = this.line.querySelector('button');
    this.forms = [...this.line.querySelectorAll('i')].map((each) => each.textContent);
    this.line.hidden = true;
    thread.querySelector('#comments').before(this.line);
    this.button.addEventListener('click', () => this.show());
    thread.addEventListener('fm-posted', () => setTimeout(() => this.posted()));
    document.addEventListener('visibilitychange', () => this.look());
    addEventListener('pagehide', () => this.stop());
    addEventListener('pageshow', () => this.look());
    this.look();
    showWays(thread);
  }

  /** One's own comment is in its place; the news of it may have come before the answer to the post. */
  posted() {
    this.fresh = this.fresh.filter((id) => !this.thread.querySelector(`#c${id}`));
    this.tell();
    this.look();
  }

  /** Listens while somebody looks. */
  look() {
    if (document.hidden) return this.stop();
    const { story } = this.thread.dataset;
    if (!story || this.source || this.timer) return;
    this.source = new EventSource(`/api/v1/events?story=${story}`);
    this.source.onmessage = ({ data }) => this.hear(JSON.parse(data));
    this.source.onerror = () => this.source?.readyState === EventSource.CLOSED && this.poll();
  }

  stop() {
    this.source?.close();
    clearTimeout(this.timer);
    this.source = this.timer = null;
  }

  /** No stream is to be had: asks, and now and then tries for one again. */
  poll(left = 5) {
    this.stop();
    const again = () => (left ? this.poll(left - 1) : ((this.timer = null), this.look()));
    this.timer = setTimeout(async () => {
      const answer = await fetch(`/api/v1/news?story=${this.thread.dataset.story}`).catch(() => null);
      if (answer?.ok) this.hear(await answer.json());
      if (this.timer) again();
    }, between(POLL));
  }

  hear({ version, at, since, arrived, gone, cleared = 0 }) {
    if (cleared > (this.version ?? Number(this.thread.dataset.version))) this.far = true;
    this.version = version;
    if (!this.at) {
      const current = String(version) === this.thread.dataset.version;
      for (const id of arrived) if (current || time(id) < at - RECENT) this.known.add(id);
    } else if (since > this.at) this.far = true;
    this.at = at;
    const buried = gone.filter(([id, state]) => this.bury(id, state));
    if (buried.length) setTimeout(() => this.thread.recount(), between(SOON));
    const partial = this.thread.querySelector('.above, .marked');
    this.fresh = partial ? [] : arrived.filter((id) => !this.known.has(id) && !this.thread.querySelector(`#c${id}`));
    this.tell();
  }

  tell() {
    const form = FORMS.findIndex((each) => rules.select(each) === rules.select(this.fresh.length));
    const words = this.far ? this.line.dataset.far : this.forms[form].replace('#', number(this.fresh.length));
    this.line.hidden = !this.far && !this.fresh.length;
    if (this.line.hidden || this.button.textContent === words) return;
    this.button.textContent = words;
    this.thread.tell(words);
  }

  /** Takes away what readers may read no longer; a line stays where something hangs on it. What is one's own stays: its writer is told by mine.js. */
  bury(id, state) {
    const article = this.thread.querySelector(`#c${id}`);
    if (!article || article.querySelector('.tomb') || mine.own.some((each) => each.id === id)) return false;
    const item = article.closest('li');
    const words = { withdrawn: say('withdrawn'), removed: say('removed') }[state] ?? this.line.dataset.gone;
    if (item.querySelector('.replies > li, fm-composer, form:not(.vote)') || item.contains(document.activeElement)) bury(article, words);
    else item.remove();
    return true;
  }

  async show() {
    if (this.busy) return;
    this.busy = true;
    this.thread.tell(say('busy'));
    try {
      const added = this.far ? await this.renew() : await this.add();
      this.thread.settle();
      this.thread.tell(say('shown', { number: number(added.length) }));
      this.thread.recount();
      added[0]?.querySelector('article').focus();
    } catch {
      this.thread.tell(say('unreached'));
      this.button.textContent = say('unreached');
    } finally {
      this.busy = false;
    }
  }

  async renew() {
    const items = replaceRoots(await fetchPage(location.pathname + location.search), this.thread);
    this.far = false;
    this.done();
    return items;
  }

  async add() {
    const asked = this.fresh.map((id) => `id=${id}`).join('&');
    const page = await fetchPage(`/thread/${this.thread.dataset.story}/arrivals?${asked}`);
    const added = [...page.querySelectorAll('#comments > li')].filter(({ dataset }) => !this.thread.querySelector(`#c${dataset.id}`));
    for (const item of added) this.place(document.adoptNode(item));
    this.thread.querySelector('#none')?.remove();
    this.done();
    return added;
  }

  /** Below what it answers, else on top: whom it answers stands in its first line. */
  place(item) {
    const answered = item.dataset.parent && this.thread.querySelector(`#comments li[data-id="${item.dataset.parent}"]`);
    item.querySelector('article').classList.add('arrived');
    if (!answered) return this.thread.querySelector('#comments').prepend(item);
    let list = answered.querySelector(':scope > .replies');
    if (!list) {
      list = document.createElement('ol');
      list.className = 'replies';
      list.setAttribute('role', 'list');
      answered.append(list);
    }
    const on = list.querySelector(':scope > .on');
    if (on) on.before(item);
    else list.append(item);
  }

  done() {
    for (const id of this.fresh) this.known.add(id);
    this.fresh = [];
    this.line.hidden = true;
    this.button.textContent = '';
  }
}

/** Starts to listen for a thread. */
export const listen = (thread) => new Live(thread);
