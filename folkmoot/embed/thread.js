/**
 * <fm-thread>: makes a thread that the server has written quicker to use. It says what a press means and hands it on: more.js brings further comments,
 * deeds.js acts on one, composer.js writes, mine.js lays over what is one's own. Whatever fails here, the plain link or form would have done.
 */

import { openComposer } from './composer.js';
import { addDecisions, copyLink, note, report, vote, withdraw } from './deeds.js';
import { meetHost, tellCount } from './host.js';
import { kept } from './kept.js';
import { listenToKeys } from './keys.js';
import { askMine, lay, mine, own, place } from './mine.js';
import { addReplies, addRoots, fetchPage, replaceRoots } from './more.js';
import { make, nodes, number, say, tellTimes } from './page.js';
import { why } from './session.js';

const MINUTE = 60_000;

class Thread extends HTMLElement {
  connectedCallback() {
    this.status = this.querySelector('.status');
    this.chooseScheme();
    tellTimes(this);
    setInterval(() => document.hidden || tellTimes(this), MINUTE);
    listenToKeys(this);
    meetHost(() => this.count);
    this.addEventListener('click', (event) => this.pressed(event));
    this.addEventListener('submit', (event) => this.submitted(event));
    this.addEventListener('toggle', ({ target }) => this.unfolded(target), true);
    this.addEventListener('fm-posted', ({ target, detail }) => this.posted(target, detail));
    this.addEventListener('fm-closed', ({ target }) => target.closest('li')?.querySelector('.reply, [value="edit"]')?.focus());
    this.addEventListener('fm-signed-in', () => this.layMine());
    addEventListener('storage', ({ key, oldValue, newValue }) => /guest|refresh/.test(key) && !(oldValue && newValue) && this.layMine());
    this.layMine();
    setTimeout(() => import('./live.js').then(({ listen }) => listen(this)), 2_000);
  }

  /** How many comments the thread has, as its heading says. */
  get count() {
    return Number(this.querySelector('#talk').textContent.replace(/\D/g, ''));
  }

  /** The snippet's choice came as the address's fragment; it stays for the pages that this frame goes on to. */
  chooseScheme() {
    const [, asked] = location.hash.match(/^#(light|dark|auto)$/) ?? [];
    if (asked) kept.set('scheme', asked);
    document.documentElement.dataset.scheme = asked ?? kept.get('scheme') ?? 'auto';
  }

  async layMine() {
    // the page is whole without it
    await askMine(this.dataset.story).catch(why);
    this.settle();
  }

  pressed(event) {
    const link = event.target.closest('a, button');
    const article = link?.closest('article');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.closest('fm-composer, fm-sign-in')) return;
    const acts = [
      ['.orders a', () => this.sort(link)],
      ['#more a', () => this.more(() => this.querySelector('#more a'), addRoots)],
      ['.on a[href^="/thread/"]', () => this.more(() => link.isConnected && link, addReplies)],
      ['.reply', () => this.write(article, openComposer(article.id.slice(1), article.querySelector('bdi').textContent))],
      ['[value="edit"]', () => this.edit(article)],
      ['[value="withdraw"]', () => withdraw(article)],
      ['.menu [href$="/flag"]', () => report(article)],
      ['.menu [href^="/c/"]', () => copyLink(link)],
    ];
    const found = acts.find(([selector]) => link.matches(selector));
    if (!found) {
      if (link.target === '_self') link.hash ||= location.hash;
      return;
    }
    event.preventDefault();
    found[1]();
  }

  submitted(event) {
    if (!event.target.matches('.vote')) return;
    event.preventDefault();
    vote(event.target, event.submitter);
  }

  unfolded(details) {
    if (!details.open || !details.matches('.acts > details')) return;
    details.querySelector('[href^="/c/"]').textContent = say('link');
    addDecisions(details.closest('article'));
  }

  tell(words) {
    this.status.textContent = words;
  }

  /** Asks for a page and hands it to `put`; the plain link stays if it does not come. */
  async page(link, put) {
    if (link.ariaBusy === 'true') return null;
    link.ariaBusy = 'true';
    this.tell(say('busy'));
    this.trouble?.remove();
    try {
      return put(await fetchPage(link.href), this, link);
    } catch {
      this.tell(say('unreached'));
      this.trouble = make('p', say('unreached'), { class: 'error' });
      link.parentNode.append(this.trouble);
      return null;
    } finally {
      link.ariaBusy = null;
    }
  }

  /** Follows "more" until something new has come: what has moved meanwhile may be here already. */
  async more(next, put) {
    let added = [];
    for (let link = next(); link && !added.length; link = next()) {
      added = await this.page(link, put);
      if (!added) return;
    }
    this.settle();
    this.tell(added.length ? say('shown', { number: number(added.length) }) : say('allShown'));
    added[0]?.querySelector('article').focus();
  }

  async sort(link) {
    if (!(await this.page(link, replaceRoots))) return;
    history.replaceState(null, '', link.href + location.hash);
    this.settle();
    const current = this.querySelector('.orders [aria-current]');
    this.tell(say('sorted', { order: current.textContent }));
    current.focus();
  }

  settle() {
    lay(this);
    tellTimes(this);
    for (const each of this.querySelectorAll('article')) each.tabIndex = -1;
    for (const { id } of mine.waiting) for (const each of this.querySelectorAll(`#c${id}`)) addDecisions(each);
  }

  /** Opens a composer below a comment, or closes the one that is there. */
  write(article, composer) {
    const open = article.parentNode.querySelector(':scope > fm-composer');
    open?.remove();
    if (open && open.dataset.edit === composer.dataset.edit) return;
    article.after(composer);
    composer.querySelector('textarea').focus();
  }

  edit(article) {
    const { text } = mine.own.find((each) => `c${each.id}` === article.id);
    this.write(article, openComposer(article.id.slice(1), null, text));
  }

  /** Puts what was posted in its place: the comment as the server has rendered it. */
  posted(composer, { answer, parent, edit }) {
    const [item] = nodes(answer.fragment);
    const article = item.querySelector('article');
    const there = edit && this.querySelector(`li[data-id="${edit}"]`);
    if (there) {
      // new words in the place of the old; the replies below stay
      for (const each of there.querySelectorAll(':scope > :is(.told, article)')) each.remove();
      there.prepend(...item.children);
    } else if (!place(this, parent, item)) return;
    this.querySelector('#none')?.remove();
    if (parent || edit) composer.remove();
    mine.own = [...mine.own.filter(({ id }) => id !== answer.comment.id), { id: answer.comment.id, text: answer.comment.text, edit_until: answer.edit_until }];
    own(article, answer);
    tellTimes(article);
    article.classList.add('arrived');
    const waits = article.querySelector('.told');
    if (waits) this.tell(waits.innerText);
    else note(article, say(edit ? 'saved' : 'posted'));
    article.tabIndex = -1;
    article.focus();
    this.recount();
  }

  /** The heading's number, in the server's words. */
  async recount() {
    const { story, url } = this.dataset;
    const page = await fetchPage(story ? `/thread/${story}` : `/thread?url=${encodeURIComponent(url)}`).catch(() => null);
    const heading = page?.querySelector('#talk');
    if (!heading) return;
    this.dataset.story ||= page.querySelector('fm-thread').dataset.story;
    this.querySelector('#talk').replaceWith(document.adoptNode(heading));
    tellCount(this.count);
  }
}

customElements.define('fm-thread', Thread);
