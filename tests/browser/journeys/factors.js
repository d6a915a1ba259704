// Second factors: an app by its picture and key, recovery codes, a passkey of the browser's virtual authenticator; each
// signs in, and each can be taken away again.
'use strict';

const assert = require('node:assert/strict');
const { oneTimeCode } = require('../post');
const { openAccount, signIn } = require('../steps');

// A device that holds passkeys and knows its owner, as a laptop with a fingerprint reader.
async function withAuthenticator(person) {
  const devtools = await person.page.context().newCDPSession(person.page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `radia.${way}@example.org`;
  const person = await traveller();
  await withAuthenticator(person);
  await openAccount({ demo, post, person, email, name: 'Radia Perlman' });
  await signIn({ demo, person, email });
  await person.press('Security');
  await person.press('Second factors');
  await person.seesHeading('Second factors');
  await person.sees('None yet');

  // An app: it counts once its digits were entered.
  await person.fill('Name of the app or phone', 'My phone');
  await person.press('Add an app');
  await person.seesHeading('Add an authenticator app');
  await person.page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  const secret = (await person.page.locator('.secret').innerText()).replaceAll(' ', '');
  await person.fill('Digits that the app shows now', '12345');
  await person.press('Confirm');
  assert.match(await person.page.title(), /^Error: /);
  await person.fill('Digits that the app shows now', oneTimeCode(secret));
  await person.press('Confirm');
  await person.seesHeading('Your recovery codes');
  const codes = await person.page.getByRole('main').locator('li').allInnerTexts();
  assert.equal(new Set(codes).size, 10, codes);
  await person.press('I have kept them');
  await person.sees('My phone');
  await person.sees('10 are left');

  // A passkey.
  await person.fill('Name of the passkey', 'This laptop');
  await person.press('Add a passkey');
  await person.sees('It is added');
  await person.sees('This laptop');

  // Behind the password: a wrong code, then the passkey.
  await person.press('Sign out');
  await signIn({ demo, person, email });
  await person.seesHeading('Your second factor');
  await person.fill('Code', '12345');
  await person.press('Sign in');
  assert.match(await person.page.title(), /^Error: /);
  await person.press('Use a passkey instead');
  await person.isAt('/account');

  // Alone, at a computer that remembers nothing.
  await person.press('Sign out');
  await person.goto(`${demo.app}/sign-in`);
  await person.press('Sign in with a passkey');
  await person.isAt('/account');
  await person.sees('Radia Perlman');

  // Without phone and laptop: a recovery code, once.
  await person.press('Sign out');
  await signIn({ demo, person, email });
  await person.fill('Code', codes[0]);
  await person.press('Sign in');
  await person.isAt('/account');
  await person.goto(`${demo.app}/account/security/prove?next=/account/security/factors`);
  await person.press('Use a passkey instead');
  await person.isAt('/account/security/factors');
  await person.sees('9 are left');

  // Taken away, the password is enough again.
  await person.press(/^Remove\s?: My phone$/);
  await person.press(/^Remove\s?: This laptop$/);
  await person.sees('None yet');
  await person.press('Sign out');
  await signIn({ demo, person, email });
  await person.isAt('/account');
};
