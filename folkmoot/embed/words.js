/** What the scripts say: the page brings the words in its language, the browser numbers and times. */

const said = JSON.parse(document.getElementById('words').textContent);
const language = document.documentElement.lang || 'en';
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' });
const minutes = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' });

/** The words of that name, with {names} filled in. */
export const say = (name, values = {}) => said[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

/** A number as this language writes it; a score below zero gets a true minus. */
export const number = (value) => new Intl.NumberFormat(language).format(value).replace('-', '−');

/** How long until a time (ms), in minutes, as words. */
export const left = (until) => minutes.format(Math.max(1, Math.ceil((until - Date.now()) / MINUTE)));

function since(at) {
  const gone = Date.now() - at;
  if (gone < MINUTE) return ago.format(0, 'minute');
  if (gone < HOUR) return ago.format(-Math.floor(gone / MINUTE), 'minute');
  if (gone < DAY) return ago.format(-Math.floor(gone / HOUR), 'hour');
  return gone < 7 * DAY ? ago.format(-Math.floor(gone / DAY), 'day') : day.format(at);
}

/** Turns the absolute times in `root` into relative ones; the reader's own clock and calendar go into the title. */
export function tellTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = Date.parse(time.dateTime);
    time.textContent = since(at);
    time.title = moment.format(at);
  }
}
