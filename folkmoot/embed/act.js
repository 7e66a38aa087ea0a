/** The card of an action: its guide opens in the page. The guide comes when it is wanted; without it the link leads to the guide's own page. */

document.querySelector('#act')?.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/guide?action="]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  import('./chat.js').then(({ open }) => open(link)).catch(() => { window.top.location.href = link.href; });
});
