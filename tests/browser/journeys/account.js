// Sign up, confirm by mail, sign in, correct the profile in two places at once, sign out.
'use strict';

const assert = require('node:assert/strict');
const { openAccount, signIn } = require('../steps');

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `ada.${way}@example.org`;
  const person = await traveller();

  // Mistakes are shown where they are, and nothing typed is lost.
  await person.goto(`${demo.app}/sign-up`);
  await person.fill('Name', 'Ada Lovelace');
  await person.fill('E-mail address', email);
  await person.fill('Password', 'too short');
  await person.choose(/I have read version/);
  await person.press('Open the account');
  await person.isAt('/sign-up');
  assert.match(await person.page.title(), /^Error: /);
  assert.equal(await person.field('Name').inputValue(), 'Ada Lovelace');
  assert.equal(await person.field('Password').inputValue(), '', 'a password is not sent back');

  await openAccount({ demo, post, person, email, name: 'Ada Lovelace' });
  await signIn({ demo, person, email });
  await person.isAt('/account');
  await person.sees('Ada Lovelace');

  // The same form open in a second browser: whoever saves later is shown both values and chooses.
  const elsewhere = await traveller();
  await signIn({ demo, person: elsewhere, email });
  await elsewhere.press('Correct something');
  await person.press('Correct something');
  await person.fill('Name', 'Ada King');
  await person.fill('Telephone', '+65 6123 4567');
  await person.press('Save');
  await person.isAt('/account');
  await person.sees('Ada King');
  await elsewhere.fill('Name', 'Countess of Lovelace');
  await elsewhere.press('Save');
  await elsewhere.seesHeading('Your profile was changed meanwhile');
  await elsewhere.sees('Ada King');
  await elsewhere.choose(/What you entered now.*Countess of Lovelace/s);
  await elsewhere.press('Save this choice');
  await elsewhere.isAt('/account');
  await elsewhere.sees('Countess of Lovelace');
  await elsewhere.sees('6123 4567'); // what the first browser saved beside it has stayed

  await person.press('History');
  await person.sees('Countess of Lovelace');
  await person.sees('Ada King');

  // Ending the others ends the other browser's session at once.
  await person.press('Security');
  await person.press('End all others');
  await elsewhere.goto(`${demo.app}/account`);
  await elsewhere.isAt('/sign-in');

  await person.press('Sign out');
  await person.seesHeading('You are signed out');
  await person.goto(`${demo.app}/account`);
  await person.isAt('/sign-in');
};
