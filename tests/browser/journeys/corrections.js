// Data that stays right: a value is brought back, one is contested and withdrawn, the list is mailed and confirmed.
'use strict';

const { openAccount, signIn } = require('../steps');

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `emmy.${way}@example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Emmy Noether' });
  await signIn({ demo, person, email });
  await person.goto(`${demo.app}/account/edit`);
  await person.fill('Name', 'Amalie Noether');
  await person.press('Save');
  await person.sees('Saved.');

  await person.press('History');
  await person.sees('Amalie Noether');
  await person.press(/^Restore the value before/);
  await person.sees('The earlier value holds again');
  await person.press('History');
  await person.sees('Brought back');

  await person.goto(`${demo.app}/account`);
  await person.press('Have something corrected that you cannot change yourself');
  await person.seesHeading('Corrections');
  await person.select('What is wrong', 'Name');
  await person.fill('What it should be', 'Amalie Emmy Noether');
  await person.fill('Why it is so', 'My certificate of birth shows it.');
  await person.press('Ask for it');
  await person.sees('Being decided');
  await person.press('Back to your profile');
  await person.sees('Contested.');
  await person.press('Your corrections');
  await person.press(/^Withdraw/);
  await person.sees('The value is no longer restricted');

  await person.goto(`${demo.app}/account`);
  await person.press('Mail me all of my profile');
  await person.sees('On its way');
  await person.goto(await post.link(email, 1));
  await person.seesHeading(/^Is what we keep still right/);
  await person.press('All of this is right');
  await person.seesHeading('Noted. Thank you for looking');
};
