/** What the page brings along: parts to copy, words in its language, and the one door through which text becomes nodes. */

const policy = globalThis.trustedTypes?.createPolicy('folkmoot', { createHTML: (text) => text }) ?? { createHTML: (text) => text };
const words = JSON.parse(document.getElementById('words').textContent);
const language = document.documentElement.lang;
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' });
const minutes = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' });

/** Parses HTML that our own server made, in a document where nothing runs. */
export const parse = (text) => new DOMParser().parseFromString(policy.createHTML(text), 'text/html');

/** The elements of a fragment, ready to be placed. */
export const nodes = (text) => [...parse(text).body.children].map((each) => document.adoptNode(each));

/** A copy of one of the page's templates; "~" in its attributes becomes `mark`. */
export function copy(name, mark = '') {
  const made = document.getElementById(`part-${name}`).content.cloneNode(true);
  for (const each of made.querySelectorAll('*')) {
    for (const attribute of each.attributes) attribute.value = attribute.value.replaceAll('~', mark);
  }
  return made;
}

/** A new element with text, never with markup. */
export function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.textContent = text;
  return made;
}

/** The words of that name, with {names} filled in. */
export const say = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

/** A number as this language writes it; below zero with a true minus. */
export const number = (value) => new Intl.NumberFormat(language).format(value).replace('-', '−');

/** How long until a time (ms), in minutes, as words. */
export const left = (until) => minutes.format(Math.ceil((until - Date.now()) / MINUTE));

function since(at) {
  const gone = Date.now() - at;
  const [unit, size] = gone < MINUTE ? ['second', Infinity] : gone < HOUR ? ['minute', MINUTE] : gone < DAY ? ['hour', HOUR] : ['day', DAY];
  return gone < 7 * DAY ? ago.format(-Math.floor(gone / size), unit) : day.format(at);
}

/** Turns the absolute times in `root` into relative ones; the reader's own clock and calendar go into the title. */
export function tellTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const at = Date.parse(time.dateTime);
    time.textContent = since(at);
    time.title = moment.format(at);
  }
}
