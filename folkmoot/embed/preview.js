/** Shows the words of a composer as they would look. Loaded when that is asked for. */

import { make, nodes } from './page.js';
import { send, why } from './session.js';

/** tab: the button that was pressed, write or preview. */
export async function show(composer, tab) {
  const field = composer.text.closest('.field');
  composer.words?.remove();
  field.hidden = tab.value === 'preview';
  for (const each of tab.parentNode.children) each.ariaPressed = String(each === tab);
  if (!field.hidden) return;
  const shown = (composer.words = make('div', '', { class: 'words', dir: 'auto', role: 'status' }));
  field.before(shown);
  try {
    if (composer.text.value.trim()) shown.replaceChildren(...nodes((await send('POST', '/api/v1/preview', { text: composer.text.value })).html));
  } catch (refused) {
    shown.replaceChildren(make('p', why(refused), { class: 'error' }));
  }
}
