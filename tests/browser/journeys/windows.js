// One profile, edited in two windows of one browser: both values are shown, the person chooses, and nothing is lost.
'use strict';

const assert = require('node:assert/strict');
const { openAccount, signIn } = require('../steps');

const CHANGED_MEANWHILE = 'Your profile was changed meanwhile';

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `emmy.${way}@example.org`;
  const first = await traveller();
  await openAccount({ demo, post, person: first, email, name: 'Emmy Noether' });
  await signIn({ demo, person: first, email });
  const second = await first.window();
  for (const window of [first, second]) await window.goto(`${demo.app}/account/edit`);

  // The first window saves a name and a telephone number; the second another name and a website.
  await first.fill('Name', 'Amalie Emmy Noether');
  await first.fill('Telephone', '+65 6123 4567');
  await first.press('Save');
  await first.isAt('/account');
  await second.fill('Name', 'Prof. Noether');
  await second.fill('Website', 'https://noether.example');
  await second.press('Save');
  await second.seesHeading(CHANGED_MEANWHILE);
  const shown = await second.page.getByRole('main').innerText();
  for (const value of ['Amalie Emmy Noether', 'Prof. Noether']) assert.ok(shown.includes(value), `${value} in ${shown}`);

  // While the dialog is open the first window saves once more: it is asked again, about that change.
  await first.press('Correct something');
  await first.fill('Name', 'A. E. Noether');
  await first.press('Save');
  await second.choose(/What you entered now.*Prof/s);
  await second.press('Save this choice');
  await second.seesHeading(CHANGED_MEANWHILE);
  await second.choose(/What you entered now.*Prof/s);
  assert.ok((await second.page.getByRole('main').innerText()).includes('A. E. Noether'));
  await second.press('Save this choice');

  // What was chosen holds, and what only one of them entered stands beside it.
  await second.isAt('/account');
  for (const value of ['Prof. Noether', '6123 4567', 'noether.example']) await second.sees(value);

  // Giving way is a choice too.
  for (const window of [first, second]) await window.goto(`${demo.app}/account/edit`);
  await first.fill('Name', 'Emmy Noether');
  await first.press('Save');
  await second.fill('Name', 'Nobody');
  await second.press('Save');
  await second.seesHeading(CHANGED_MEANWHILE);
  await second.press('Keep all as saved meanwhile');
  await second.isAt('/account');
  assert.equal(await second.page.getByText('Nobody').count(), 0);

  // The history has every value that ever held, and none that never did.
  await second.press('History');
  for (const value of ['Amalie Emmy Noether', 'A. E. Noether', 'Prof. Noether']) await second.sees(value);
  assert.equal(await second.page.getByText('Nobody').count(), 0);
};
