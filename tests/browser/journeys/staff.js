// Billing staff: signs in with a code, filters the review list, opens an account for a purpose that is recorded.
'use strict';

const assert = require('node:assert/strict');
const { oneTimeCode } = require('../post');
const { openAccount, signIn } = require('../steps');

module.exports = async ({ demo, way, post, traveller }) => {
  const email = `mary.${way}@example.org`;
  const customer = await traveller();
  await openAccount({ demo, post, person: customer, email, name: 'Mary Somerville' });
  await signIn({ demo, person: customer, email });
  await customer.press('Billing');
  await customer.press('Choose a plan');
  await customer.seesHeading('Choose a plan');
  await customer.choose(/^Lite/, 'radio');
  await customer.press('See what it costs');
  await customer.press('Subscribe');
  await customer.arrivesAt('Your plan is active');

  const member = await traveller();
  await member.goto(`${demo.app}/staff/subscriptions`);
  await member.isAt('/staff/sign-in');
  await member.fill('E-mail address', demo.staff.email);
  await member.fill('Password', demo.staff.password);
  await member.fill('One-time code', oneTimeCode(demo.staff.totp_secret));
  await member.press('Sign in');
  await member.seesHeading('Subscriptions');
  await member.select('Status', 'Past due');
  await member.press('Show');
  await member.sees('Nothing matches');
  await member.press('Show all');
  await member.select('Status', 'Active');
  await member.select('Plan', 'Lite');
  await member.press('Show');

  // The list holds no personal data: the account's id leads on, and a look needs its purpose.
  assert.equal(await member.page.getByText('Mary').count(), 0, 'the list names nobody');
  await member.press(/^acct_/);
  await member.seesHeading(/^For which purpose/);
  await member.choose(/./, 'radio');
  await member.fill('Case', 'T-4711');
  await member.press('Show it');
  await member.seesHeading('Mary Somerville');
  await member.sees('This look is recorded');
  assert.equal(await member.page.getByText(email).count(), 0, 'the address is masked for this role');
  assert.equal(await member.page.getByText(/messag/i).count(), 0, 'no instant messaging id is shown');
  await member.press(/^INV/);
  await member.seesHeading(/^Invoice INV/);
  await member.sees('Mary Somerville');

  // A staff session opens no customer's page, and the reverse.
  const wrong = await member.goto(`${demo.app}/account`);
  assert.ok(wrong.status() === 403 || new URL(member.page.url()).pathname !== '/account');
  const back = await customer.goto(`${demo.app}/staff/subscriptions`);
  assert.ok(back.status() === 403 || new URL(customer.page.url()).pathname !== '/staff/subscriptions');

  // The holder sees who looked and for what.
  await customer.goto(`${demo.app}/account/privacy`);
  const looks = customer.page.getByRole('table', { name: /staff looked/ }).getByRole('row');
  assert.equal(await looks.count(), 3, 'the head of the table, the account and the invoice');
  assert.match(await looks.last().innerText(), /Billing.*A question about billing/s);

  await member.goto(`${demo.app}/staff/subscriptions`);
  await member.press('Sign out');
  await member.goto(`${demo.app}/staff/subscriptions`);
  await member.isAt('/staff/sign-in');
};
