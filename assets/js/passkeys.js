// Passkeys: the one thing that a page cannot do without a script. A button with `data-passkey` appears where the browser
// knows passkeys; pressed, it asks the server for a challenge, the browser for the answer, and posts both with its form.
'use strict';

const fromText = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function ask(address, body) {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.errors?.[0]?.detail ?? content.detail ?? content.title);
  return content;
}

async function create({ challenge, public_key: options }) {
  const publicKey = {
    ...options,
    challenge: fromText(options.challenge),
    user: { ...options.user, id: fromText(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((known) => ({ ...known, id: fromText(known.id) })),
  };
  const made = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = made.response;
  const response = { attestationObject: toText(attestationObject), clientDataJSON: toText(clientDataJSON) };
  return { challenge, credential: { id: made.id, rawId: toText(made.rawId), type: made.type, response } };
}

async function get({ challenge, public_key: options }) {
  const publicKey = {
    ...options,
    challenge: fromText(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map((known) => ({ ...known, id: fromText(known.id) })),
  };
  const given = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature, userHandle } = given.response;
  const response = {
    authenticatorData: toText(authenticatorData),
    clientDataJSON: toText(clientDataJSON),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  };
  return { challenge, credential: { id: given.id, rawId: toText(given.rawId), type: given.type, response } };
}

async function answer(form, kind) {
  const value = (name) => form.elements.namedItem(name)?.value;
  if (kind === 'create') return create(await ask('/v1/account/factors', { kind: 'passkey', name: value('name') ?? '' }));
  const pending = value('pending');
  return get(await ask('/v1/sessions/passkey-challenges', pending ? { pending } : {}));
}

function put(form, name, value) {
  const input = form.elements.namedItem(name) ?? form.appendChild(document.createElement('input'));
  Object.assign(input, { type: 'hidden', name, value });
}

async function press(event) {
  const button = event.currentTarget;
  const told = button.parentElement.querySelector('[data-passkey-told]');
  event.preventDefault();
  if (!button.formNoValidate && !button.form.reportValidity()) return;
  button.disabled = true;
  told.textContent = '';
  try {
    const { challenge, credential } = await answer(button.form, button.dataset.passkey);
    put(button.form, 'challenge', challenge);
    put(button.form, 'credential', JSON.stringify(credential));
    if (button.hasAttribute('formaction')) button.form.action = button.formAction;
    button.form.submit();
  } catch (error) {
    const given_up = error.name === 'NotAllowedError' || error.name === 'AbortError';
    told.textContent = given_up ? button.dataset.givenUp : error.message;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll('[data-passkey-part]')) part.hidden = false;
  for (const button of document.querySelectorAll('[data-passkey]')) button.addEventListener('click', press);
}
