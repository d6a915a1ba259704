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
  await member.select('Status', 'Active');
  await member.press('Show');
  // The list holds no personal data: the account's id leads on.
  const opened = member.page.waitForEvent('load');
  await member.page.locator('a[href^="/staff/accounts/"]').first().click();
  await opened;
  await member.seesHeading(/^For which purpose/);
  await member.choose(/./, 'radio');
  await member.press('Show it');
  await member.seesHeading('Mary Somerville');
  await member.sees('This look is recorded');
  assert.equal(await member.page.getByText(/messag/i).count(), 0, 'no instant messaging id is shown');

  // A staff session opens no customer's page, and the reverse.
  const wrong = await member.goto(`${demo.app}/account`);
  assert.ok(wrong.status() === 403 || new URL(member.page.url()).pathname !== '/account');
  await customer.goto(`${demo.app}/account/privacy`);
  await customer.sees(/look/i);
};
