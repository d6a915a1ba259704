// A card by way of the processor's page, a plan after its preview; a declined card and 3-D Secure with their ways out;
// the invoice; and the consent taken back.
'use strict';

const assert = require('node:assert/strict');
const { openAccount, signIn } = require('../steps');

// Agrees to what is shared, and comes to the processor's page.
async function beginCard(person, sandbox) {
  await person.seesHeading('Add a card');
  await person.choose(/./, 'checkbox');
  await person.press(/^Go on to /);
  await person.isLedTo(sandbox);
  await person.seesHeading('Add a card');
}

async function addCard(person, card) {
  await person.choose(card);
  await person.press('Add this card');
}

async function preview(person, plan, agents) {
  await person.choose(plan, 'radio');
  await person.choose('Every month');
  await person.fill(/^Agents/, String(agents));
  await person.press('See what it costs');
  await person.seesHeading('Before you agree');
}

module.exports = async ({ demo, way, post, traveller }) => {
  // Long enough to reach beyond a phone's edge, were it not for a break.
  const email = `joan.clarke+bletchley.${way}@subdomain.company.example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Joan Clarke' });
  await signIn({ demo, person, email });
  await person.press('Billing');
  await person.sees('No plan yet');
  await person.sees('No invoice yet');

  // Nothing is shared before the box is ticked, and it never comes ticked.
  await person.press('Add a card');
  assert.equal(await person.field(/./, 'checkbox').isChecked(), false);
  // A browser that does not go on by itself has the button.
  await person.staysOnce(demo.sandbox);
  await person.choose(/./, 'checkbox');
  await person.press(/^Go on to /);
  await person.seesHeading(/^On to /);
  await person.press(/^Continue to /);
  await person.isLedTo(demo.sandbox);
  assert.equal(await person.page.locator('input:not([type=radio]):not([type=hidden])').count(), 0, 'no number is typed');
  await addCard(person, /accepted now, but declined when charged/);
  await person.seesHeading('Billing');
  await person.sees(/ending in \d{4}/);

  // A declined card: the plan waits, and another card is one step away.
  await person.press('Choose a plan');
  await preview(person, /^Basic/, 3);
  const due = (await person.page.getByRole('button', { name: /^Subscribe and pay/ }).innerText()).split('pay ')[1];
  await person.press(/^Subscribe and pay/);
  await person.arrivesAt('The payment did not go through');
  await person.press('Add another card');
  await beginCard(person, demo.sandbox);
  await addCard(person, /asks for 3-D Secure at every payment/);
  await person.seesHeading('Confirm it is you'); // this bank asks when the card is added, too
  await person.press('Complete authentication');
  await person.seesHeading('The payment did not go through');

  // 3-D Secure: failed once, which costs nothing, then done.
  await person.press(`Pay ${due}`);
  await person.arrivesAt('Your bank wants to be sure it is you');
  await person.press(`Confirm ${due} at the bank`);
  await person.isLedTo(demo.sandbox);
  await person.seesHeading('Confirm it is you');
  await person.press('Fail authentication');
  await person.arrivesAt('The payment did not go through');
  await person.press(`Pay ${due}`);
  await person.arrivesAt('Your bank wants to be sure it is you');
  await person.press(`Confirm ${due} at the bank`);
  await person.isLedTo(demo.sandbox);
  await person.press('Complete authentication');
  await person.arrivesAt('Your plan is active');

  // The invoice: numbered, paid, made out to the person, the total that the preview named.
  await person.press(/^Invoice /);
  await person.seesHeading(/^Invoice INV/);
  await person.sees('Joan Clarke');
  await person.sees(due);
  await person.sees('Paid');
  await person.press('Billing');
  await person.sees('Basic');
  assert.equal(await person.page.getByRole('link', { name: /^INV/ }).count(), 1, 'one invoice, however many attempts');

  // Taking the consent back takes the cards with it; what is paid for runs to its end.
  await person.press('Privacy');
  await person.open('Withdraw');
  await person.press('Yes, withdraw it');
  await person.sees(/withdrawn /);
  await person.press('Billing');
  await person.sees('No card');
  await person.sees(/ends on/i);
};
