/** Passkeys on our own pages: a button each for signing in and for adding one. Shown only where the browser can do it. */

const can = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential?.parseCreationOptionsFromJSON;

async function ask(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

async function enter({ next, handover }) {
  const { options } = await ask('/api/v1/sessions/passkeys/challenge');
  const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return ask('/api/v1/sessions/passkeys', { answer: key.toJSON(), next: next ?? '', ...(handover && { handover }) });
}

async function add() {
  const { options } = await ask('/api/v1/me/passkeys/challenge');
  const key = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  return ask('/api/v1/me/passkeys', { answer: key.toJSON() });
}

for (const button of document.querySelectorAll('[data-passkey]')) {
  const error = button.parentElement.querySelector('.error');
  if (!can) continue;
  button.closest('[hidden]').hidden = false;
  button.addEventListener('click', async () => {
    error.textContent = '';
    try {
      const { address } = await (button.dataset.passkey === 'add' ? add() : enter(button.dataset));
      if (new URL(address, location.href).pathname === location.pathname) location.reload();
      else location.assign(address);
    } catch (refused) {
      // NotAllowedError: the person has closed the device's own window, and knows it
      if (refused.name !== 'NotAllowedError') error.textContent = refused.message;
    }
  });
}
