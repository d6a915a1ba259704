// Who is signed in and who was: the page of sessions, an API token, a session left on a public computer that is closed
// from elsewhere, and "that was not me".
'use strict';

const assert = require('node:assert/strict');
const { PASSWORD, openAccount, signIn } = require('../steps');

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `mary.${way}@example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Mary Somerville' });
  await signIn({ demo, person, email });
  await person.press('Security');
  await person.sees('Your session cookie says');
  await person.sees('You are signed in nowhere else');

  // A program's way in: shown once.
  await person.press('API tokens');
  await person.fill('Name', 'nightly export');
  await person.choose(/See plans, cards and invoices/);
  await person.press('Make the token');
  await person.sees('Copy it now');
  const token = await person.page.getByText(/^stw_/).innerText();
  const asks = (path) => fetch(`${demo.app}${path}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await asks('/v1/invoices')).status, 200);
  assert.equal((await asks('/v1/account')).status, 403);
  await person.goto(`${demo.app}/account/security/tokens`);
  assert.equal(await person.page.getByText(/^stw_/).count(), 0, 'the secret is shown once');
  await person.sees('nightly export');

  // Left open on a public computer, and closed with the mail's link from another device.
  const left = await traveller();
  await signIn({ demo, person: left, email, computer: /public or shared computer/ });
  await left.isAt('/account');
  const mail = await post.about(email, 'public computer');
  await person.goto(/https?:\/\/\S+\/close-session\?token=[\w-]+/.exec(mail)[0]);
  await person.press('End that session');
  await person.seesHeading('The session has ended');
  await left.goto(`${demo.app}/account`);
  await left.seesHeading('Your session has ended by itself');
  assert.deepEqual(await left.page.context().cookies(), [], 'nothing is left in the browser');

  // Ended by its own user, the page says the same.
  await signIn({ demo, person: left, email, computer: /public or shared computer/ });
  await left.press('Sign out');
  await left.sees('Nothing of you is left on this public computer');

  // A wrong password is in the history; a sign-in that was not hers ends everything.
  await signIn({ demo, person: left, email, password: 'not the right one' });
  await signIn({ demo, person: left, email });
  await left.isAt('/account');
  await person.goto(`${demo.app}/account/security`);
  await person.press('Sign-ins of the last 90 days');
  await person.sees('Refused: wrong password');
  await person.open('That was not me');
  await person.press('End everything');
  await person.sees('Every session and every API token has ended');
  await left.goto(`${demo.app}/account`);
  await left.isAt('/sign-in');
  assert.equal((await asks('/v1/invoices')).status, 401);
  await signIn({ demo, person: left, email, password: PASSWORD });
  await left.sees('this password opens nothing any more');
  const reset = await post.about(email, 'A new password for');
  await person.goto(/https?:\/\/\S+\/reset\?token=[\w-]+/.exec(reset)[0]);
  await person.fill('New password', 'nine calm otters float');
  await person.press('Set the password');
  await signIn({ demo, person, email, password: 'nine calm otters float' });
  await person.isAt('/account');
};
