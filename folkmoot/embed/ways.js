/** The way from a thread to the desk, for who keeps it. Loaded when the page stands. */

import { mine } from './mine.js';
import { make, say } from './page.js';

/** Puts it beside the way to one's own page, once. */
export function showWays(thread) {
  const own = thread.querySelector('a[href="/me"]');
  if (own && mine.may.length && !thread.querySelector('a[href="/desk"]')) own.after(' · ', make('a', say('desk'), { class: 'more', href: '/desk' }));
}
