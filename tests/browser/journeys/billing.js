// A card by way of the processor's page, a plan after its preview; a declined card and 3-D Secure with their ways out.
'use strict';

const { openAccount, signIn } = require('../steps');

async function addCard(person, card) {
  await person.choose(/./, 'checkbox');
  await person.press(/^Go on to /);
  // A page of our own leads off-site, by itself or by its button.
  await person.page.waitForURL((url) => url.pathname.startsWith('/checkout/'));
  await person.check();
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
  const email = `joan.${way}@example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Joan Clarke' });
  await signIn({ demo, person, email });
  await person.press('Billing');
  await person.sees('No plan yet');
  await person.press('Add a card');
  await addCard(person, /accepted now, but declined when charged/);
  await person.seesHeading('Billing');

  await person.press('Choose a plan');
  await preview(person, /^Basic/, 3);
  await person.press(/^Subscribe and pay/);
  await person.seesHeading('The payment did not go through');
  await person.press('Add another card');
  await addCard(person, /asks for 3-D Secure at every payment/);
  // This bank asks when the card is added, too.
  await person.press('Complete authentication');
  await person.press(/^Pay /);
  await person.seesHeading('Your bank wants to be sure it is you');
  await person.press(/^Confirm .* at the bank$/);
  await person.page.waitForURL((url) => url.host === new URL(demo.sandbox).host);
  await person.check();
  await person.press('Complete authentication');
  await person.arrivesAt('Your plan is active');

  await person.press(/^To billing$/);
  await person.sees('Basic');
  await person.press(/^INV|^\w+-\d+/);
  await person.seesHeading(/^Invoice /);
  await person.sees('Joan Clarke');
};
