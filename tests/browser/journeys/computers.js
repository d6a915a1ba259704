// What stays on a computer: the three radios at sign-in, and the password that was forgotten.
'use strict';

const assert = require('node:assert/strict');
const { PASSWORD, openAccount, signIn } = require('../steps');

async function cookieNames(person) {
  return (await person.page.context().cookies()).map((cookie) => cookie.name).sort();
}

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `grace.${way}@example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Grace Hopper' });

  await signIn({ demo, person, email, computer: /remember my e-mail address/ });
  assert.deepEqual(await cookieNames(person), ['__Host-remembered-email', '__Host-session']);
  await person.press('Sign out');
  assert.deepEqual(await cookieNames(person), ['__Host-remembered-email']);

  // Remembered, masked, and good for nothing but saving the typing.
  await person.goto(`${demo.app}/sign-in`);
  await person.sees('Not you?');
  assert.equal(await person.page.getByText(email).count(), 0, 'the address is masked');
  await person.fill('Password', PASSWORD);
  await person.choose(/public or shared computer/);
  await person.press('Sign in');
  assert.deepEqual(await cookieNames(person), ['__Host-session']);
  await person.press('Sign out');
  await person.sees('Nothing of you is left on this public computer');
  assert.deepEqual(await cookieNames(person), []);

  await person.goto(`${demo.app}/reset`);
  await person.fill('E-mail address', email);
  await person.press('Send the link');
  await person.seesHeading('Check your mail');
  // The mail before it was about the public computer.
  await person.goto(await post.link(email, 2));
  await person.fill('New password', 'nine calm otters float');
  await person.press('Set the password');
  assert.deepEqual(await cookieNames(person), [], 'a reset does not sign in');
  await signIn({ demo, person, email, password: 'nine calm otters float' });
  await person.isAt('/account');
};
