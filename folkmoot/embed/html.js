/** The one door through which text becomes nodes: pages and fragments of our own server, parsed in a document where nothing runs. */

const policy = globalThis.trustedTypes?.createPolicy('folkmoot', { createHTML: (text) => text }) ?? { createHTML: (text) => text };
const parser = new DOMParser();

/** Parses HTML that our own server made. Gives a document. */
export const parse = (text) => parser.parseFromString(policy.createHTML(text), 'text/html');

/** The elements of a fragment, ready to be placed. */
export const nodes = (text) => [...parse(text).body.children].map((each) => document.adoptNode(each));

/** A copy of one of the page's templates; "~" in its attributes becomes `mark`. */
export function copy(name, mark = '') {
  const made = document.getElementById(`part-${name}`).content.cloneNode(true);
  for (const each of made.querySelectorAll('*')) {
    for (const { name: key, value } of [...each.attributes]) if (value.includes('~')) each.setAttribute(key, value.replaceAll('~', mark));
  }
  return made;
}

/** A new element with text, never with markup. */
export function make(tag, { text, ...attributes } = {}) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
