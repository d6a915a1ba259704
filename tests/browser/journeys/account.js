// Sign up, confirm by mail, sign in, correct the profile in two places at once, sign out.
'use strict';

const assert = require('node:assert/strict');

const PASSWORD = 'seven quiet herons wade';

async function openAccount({ demo, post, person, email, name }) {
  await person.goto(`${demo.app}/sign-up`);
  await person.fill('Name', name);
  await person.fill('E-mail address', email);
  await person.fill('Password', PASSWORD);
  await person.choose(/I have read version/);
  await person.press('Open the account');
  await person.seesHeading('Check your mail');
  await person.goto(await post.link(email));
  await person.press('Yes, this address is mine');
}

async function signIn({ demo, person, email }) {
  await person.goto(`${demo.app}/sign-in`);
  await person.fill('E-mail address', email);
  await person.fill('Password', PASSWORD);
  await person.press('Sign in');
}

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `ada.${way}@example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Ada Lovelace' });
  await signIn({ demo, person, email });
  await person.isAt('/account');
  assert.equal(await person.field('Name').inputValue(), 'Ada Lovelace');

  // The same profile open in a second browser: whoever saves later is shown both values.
  const elsewhere = await traveller();
  await signIn({ demo, person: elsewhere, email });
  await person.fill('Name', 'Ada King');
  await person.press(/^Save/);
  await person.sees('Ada King');
  await elsewhere.fill('Name', 'Countess of Lovelace');
  await elsewhere.press(/^Save/);
  await elsewhere.sees('Ada King');
  await elsewhere.sees('Countess of Lovelace');

  await person.press('Sign out');
  await person.seesHeading('You are signed out');
  await person.goto(`${demo.app}/account`);
  await person.isAt('/sign-in');
};

module.exports.openAccount = openAccount;
module.exports.signIn = signIn;
