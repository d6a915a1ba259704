// What several journeys begin with.
'use strict';

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

async function signIn({ demo, person, email, computer, password = PASSWORD }) {
  await person.goto(`${demo.app}/sign-in`);
  await person.fill('E-mail address', email);
  await person.fill('Password', password);
  if (computer) await person.choose(computer);
  await person.press('Sign in');
}

module.exports = { PASSWORD, openAccount, signIn };
