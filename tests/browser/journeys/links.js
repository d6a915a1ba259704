// Links in mails: a sign-up's is sent again, a forgotten password's sets a new one, and none works twice.
'use strict';

const assert = require('node:assert/strict');
const { PASSWORD, signIn } = require('../steps');

const NEW_PASSWORD = 'nine calm otters float';

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `hedy.${way}@example.org`;
  const person = await traveller();
  await person.goto(`${demo.app}/sign-up`);
  await person.fill('Name', 'Hedy Lamarr');
  await person.fill('E-mail address', email);
  await person.fill('Password', PASSWORD);
  await person.choose(/I have read version/);
  await person.press('Open the account');
  await person.seesHeading('Check your mail');
  const lost = await post.link(email);

  // The mail does not turn up: it is sent again, and the new link replaces the old one.
  await person.press('Have the mail sent again');
  await person.fill('E-mail address', email);
  await person.press('Send it again');
  await person.seesHeading('Check your mail');
  const found = await post.link(email, 1);
  await person.goto(lost);
  await person.press('Yes, this address is mine');
  await person.seesHeading('Have the mail sent again');
  await person.sees(/expired or was used before/);
  await person.goto(found);
  await person.press('Yes, this address is mine');
  await person.isAt('/sign-in');
  await person.sees(/confirmed/i);

  // Signing in with a wrong password says what to do; the way leads to a new one.
  await signIn({ demo, person, email, password: 'not the password at all' });
  await person.isAt('/sign-in');
  assert.match(await person.page.title(), /^Error: /);
  assert.equal(await person.field('Password').inputValue(), '', 'a password is not sent back');
  await person.press(/forgot/i);
  await person.fill('E-mail address', email);
  await person.press('Send the link');
  await person.seesHeading('Check your mail');
  const reset = await post.link(email, 2);
  await person.goto(reset);
  await person.fill('New password', 'short');
  await person.press('Set the password');
  assert.match(await person.page.title(), /^Error: /);
  await person.fill('New password', NEW_PASSWORD);
  await person.press('Set the password');
  await person.isAt('/sign-in');

  // The link is spent, the old password too.
  await person.goto(reset);
  await person.fill('New password', 'eleven more birds sing');
  await person.press('Set the password');
  await person.sees(/expired or was used before/);
  await signIn({ demo, person, email });
  await person.isAt('/sign-in');
  await signIn({ demo, person, email, password: NEW_PASSWORD });
  await person.isAt('/account');
  await person.sees('Hedy Lamarr');
};
