/** The desk's keys, the undo that ends by itself, the claim that is made by looking, and the line that says that more has come. Without it all are forms. */

const LOOK = 10_000;
const OFF = 'folkmoot.desk.keys-off';
const TICKED = 'folkmoot.desk.ticked';
const find = (what) => document.querySelector(what);
const off = find('#keys-off');
const typing = (where) => where.matches?.('textarea, select, input:not([type="radio"], [type="checkbox"])');

function store(value) {
  try {
    if (value === undefined) return localStorage.getItem(OFF) === '1';
    localStorage.setItem(OFF, value ? '1' : '');
  } catch {
    // a browser that keeps nothing has its keys on
  }
  return Boolean(value);
}

/** Goes to the item after or before the one in hand. */
function step(by) {
  const links = [...document.querySelectorAll('.queue a')];
  const at = links.findIndex((link) => link.ariaCurrent);
  (links[at + by] ?? links.at(by > 0 ? -1 : 0))?.click();
}

/** Opens a panel, if need be, and puts the focus into it, so that it is in view and takes the next keys. */
function open(panel, what = 'summary') {
  if (!panel) return;
  panel.open = true;
  panel.querySelector(what).focus();
}

/** What a key is for: in the panel in which the focus is, or else on the item in hand. */
const keyed = (what) => document.activeElement.closest('.bulk')?.querySelector(what) ?? find(`.decide ${what}`) ?? find(what);

function pressed(event) {
  if (off?.checked || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
  else if (key === '?') open(find('.keys'));
  else if (key === 'w') open(find('.words-too'), 'input');
  else if (key === 'b') open(find('.bulk'));
  else if (/^[1-9]$/.test(key)) keyed(`[name="guideline"][value="${key}"]`)?.click();
  else if (/^[a-z]$/.test(key)) keyed(`[data-key="${key}"]`)?.click();
  else return;
  event.preventDefault();
}

/** Ticks outlast the way to the next item, until they are decided on. */
function tick() {
  const form = find('#bulk');
  if (!form) return;
  const boxes = [...form.querySelectorAll('[name="item"]')];
  const keep = (ticked) => {
    try {
      sessionStorage.setItem(TICKED, ticked);
    } catch {
      // a browser that keeps nothing has its ticks on one page
    }
  };
  const save = () => keep(boxes.filter((box) => box.checked).map((box) => box.value));
  try {
    const kept = (sessionStorage.getItem(TICKED) ?? '').split(',');
    for (const box of boxes) box.checked ||= kept.includes(box.value);
  } catch {
    // as above
  }
  save();
  form.addEventListener('change', save);
  form.addEventListener('submit', () => keep(''));
}

/** Who looks at an item has it in hand, so that nobody else begins on it. */
function claim() {
  const form = find('#claim');
  if (!form || form.querySelector('[name="give_back"]')) return;
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' }).catch(() => {});
}

/** Says in one line that the queue has changed; nothing moves by itself. */
async function look() {
  const line = find('#news');
  if (!line || document.visibilityState !== 'visible') return;
  const answer = await fetch(line.dataset.from, { headers: { accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok) return;
  const known = new Set([...document.querySelectorAll('.queue a')].map((link) => link.pathname));
  const fresh = (await answer.json()).waiting.some((each) => !known.has(`/desk/${each.kind}/${each.id}`));
  if (!fresh || !line.classList.contains('hidden')) return;
  const again = document.createElement('a');
  again.href = location.pathname.startsWith('/desk/') ? '/desk' : location.pathname + location.search;
  again.textContent = line.dataset.words;
  line.replaceChildren(again);
  line.className = 'told waits';
}

if (off) {
  off.checked = store();
  off.addEventListener('change', () => store(off.checked));
}
addEventListener('keydown', pressed);
const toast = find('.toast');
if (toast)
  setTimeout(() => {
    if (toast.contains(document.activeElement)) find('#main').focus({ preventScroll: true });
    toast.remove();
  }, Number(toast.dataset.left));
tick();
claim();
setInterval(look, LOOK);
