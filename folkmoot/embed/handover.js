/** The popup's last page: tells the frame that opened it, on our own origin and nowhere else, that it may pick the sign-in up; then closes. */

const { id } = document.getElementById('handover').dataset;

if (window.opener) {
  window.opener.postMessage({ folkmoot: 'handover', id }, location.origin);
  window.close();
}
