/* The loader, for a publisher's page: puts the ordinary thread page into a frame in each <folkmoot-thread> and keeps its height. */
(() => {
  const home = new URL(document.currentScript.src).origin;
  const debug = new URLSearchParams(location.search).has('folkmoot-debug');
  const PLACE = 'folkmoot.heights';
  const PATIENCE = 3000;

  /* Heights of the last visits, in the host's storage: {address: [height, width]}. */
  const heights = () => {
    try {
      return JSON.parse(localStorage.getItem(PLACE)) ?? {};
    } catch {
      return {};
    }
  };
  const keep = (key, value) => {
    try {
      const all = Object.entries({ ...heights(), [key]: value }).slice(-50);
      localStorage.setItem(PLACE, JSON.stringify(Object.fromEntries(all)));
    } catch {
      // without storage the frame starts at the height of the window
    }
  };

  /* Each attribute is checked by type; what does not fit is left out. */
  const address = (given) => {
    try {
      const url = new URL(given, location.href);
      return /^https?:$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  };
  const read = ({ url, story, order, scheme }) => ({
    url: (url && address(url)) ?? document.querySelector('link[rel=canonical]')?.href ?? location.href.split('#')[0],
    story: story && story.length <= 200 ? story : null,
    order: /^[a-z]{1,20}$/.test(order ?? '') ? order : null,
    scheme: ['light', 'dark'].includes(scheme) ? scheme : 'auto',
  });

  class FolkmootThread extends HTMLElement {
    connectedCallback() {
      addEventListener('message', this);
      if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => this.start(), { once: true });
      else this.start();
    }

    disconnectedCallback() {
      removeEventListener('message', this);
      removeEventListener('scroll', this);
    }

    start() {
      if (this.frame) return;
      const { url, story, order, scheme } = read(this.dataset);
      const asked = new URLSearchParams({ url });
      if (story) asked.set('story', story);
      if (order) asked.set('order', order);
      this.url = url;
      this.link = this.querySelector('a');
      if (this.link) this.link.hidden = true;
      this.style.display = 'block';
      const frame = (this.frame = document.createElement('iframe'));
      frame.title = this.link?.textContent.trim() || 'Discussion';
      frame.loading = 'lazy';
      frame.allow = 'clipboard-write';
      frame.style.cssText = `display:block;border:0;${this.bleed()}`;
      frame.src = `${home}/thread?${asked}#${scheme}`;
      frame.addEventListener('load', () => this.greet());
      this.append(frame);
      this.resize(this.remembered(), false);
    }

    /* The page inside keeps 6 px free for focus rings; they go into the host's margin, so that text stands below text. */
    bleed() {
      const { left, right } = this.getBoundingClientRect();
      const free = Math.max(0, Math.min(6, left, document.documentElement.clientWidth - right));
      return `margin-inline:-${free}px;inline-size:calc(100% + ${2 * free}px)`;
    }

    remembered() {
      const [height, width] = heights()[this.url] ?? [];
      return height && Math.abs(width - this.clientWidth) < 40 ? height : Math.max(innerHeight, 480);
    }

    greet() {
      if (this.loaded && this.getBoundingClientRect().top < 0) this.scrollIntoView();
      this.loaded = true;
      this.answered = false;
      this.frame.contentWindow.postMessage({ folkmoot: 1, hello: true }, home);
      setTimeout(() => this.answered || this.fail(), PATIENCE);
    }

    handleEvent(event) {
      if (event.type === 'scroll') return this.resize(this.wanted);
      const { source, origin, data } = event;
      if (source !== this.frame.contentWindow || origin !== home || data?.folkmoot !== 1) return;
      this.answered = true;
      if (Number.isInteger(data.height) && data.height > 0 && data.height < 1e6) {
        this.resize(data.height);
        keep(this.url, [data.height, this.clientWidth]);
      }
      if (data.who) source.postMessage({ folkmoot: 1, ...this.dataset }, home);
      if (Number.isInteger(data.count) && data.count >= 0) this.dispatchEvent(new CustomEvent('folkmoot-count', { bubbles: true, detail: data.count }));
    }

    /* Growing moves what stands below; shrinking waits until that is out of sight, or the reader has just done something. */
    resize(height, asked = true) {
      this.wanted = height;
      const below = this.getBoundingClientRect().top + height > innerHeight;
      const fits = !asked || height >= this.frame.offsetHeight || below || navigator.userActivation?.isActive;
      if (fits) this.frame.style.blockSize = `${height}px`;
      (fits ? removeEventListener : addEventListener)('scroll', this, { passive: true });
    }

    /* The frame is blocked, or its page refuses this host: the plain link still leads to the talk. */
    fail() {
      if (this.link) this.link.hidden = false;
      if (!debug || this.told) return;
      this.told = document.createElement('p');
      this.told.textContent = `Folkmoot: ${home} did not answer. A new host? folkmoot site add ${location.host}`;
      this.prepend(this.told);
    }
  }
  if (!customElements.get('folkmoot-thread')) customElements.define('folkmoot-thread', FolkmootThread);
})();
