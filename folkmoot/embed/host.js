/**
 * What the frame and the page around it tell each other. The host says hello, and so names its origin; from then on it hears our height and the number
 * of comments, and nothing else. Who may frame us at all is the server's header `frame-ancestors`.
 */

export const framed = window !== window.parent;
let origin = null;

function tell(message) {
  if (origin) window.parent.postMessage({ folkmoot: 1, ...message }, origin);
}

/** The origin of the page around us, once it has said hello. */
export const hostOrigin = () => origin;

/** Tells the host how many comments the thread has. */
export const tellCount = (count) => tell({ count });

function tellHeight() {
  tell({ height: Math.ceil(document.body.getBoundingClientRect().height) });
}

/** Starts to listen and to tell. count(): how many comments there are. */
export function meetHost(count) {
  if (!framed) return;
  document.documentElement.classList.add('framed');
  addEventListener('message', ({ source, origin: from, data }) => {
    if (source !== window.parent || data?.folkmoot !== 1 || data.hello !== true || !/^https?:\/\//.test(from)) return;
    origin = from;
    tellHeight();
    tellCount(count());
  });
  new ResizeObserver(tellHeight).observe(document.body);
}
