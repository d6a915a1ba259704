// Security notices by XMPP: asked for, confirmed by the code that arrives at the address, received, and taken back.
'use strict';

const assert = require('node:assert/strict');
const { Messages } = require('../messages');
const { PASSWORD, openAccount, signIn } = require('../steps');

module.exports = async ({ demo, way, post, traveller }) => {
  const server = JSON.parse(process.env.STEWARD_TEST_XMPP);
  const messages = await Messages.start(server);
  try {
    await travel({ demo, way, post, traveller, address: server.address, messages });
  } finally {
    messages.close();
  }
};

async function travel({ demo, way, post, traveller, address, messages }) {
  const email = `hedy.${way}@example.org`;
  const person = await traveller();
  await openAccount({ demo, post, person, email, name: 'Hedy Lamarr' });
  await signIn({ demo, person, email });

  // Off, and without an address in the profile not even asked about.
  await person.press('Security');
  await person.sees('Off. Security notices come by mail only.');
  await person.press('Notices by XMPP');
  await person.isAt('/account/privacy');
  await person.sees('Your profile has no XMPP address yet');
  await person.goto(`${demo.app}/account/edit`);
  await person.select('Network', 'XMPP (Jabber)');
  await person.fill('Handle', address);
  await person.press('Save');

  // Agreed: a code leaves, which names nobody.
  await person.goto(`${demo.app}/account/privacy`);
  await person.choose(/I agree that .* sends the security notices/);
  await person.press('Turn it on');
  await person.sees('A code is on its way to this address');
  const asked = await messages.about('The code that confirms the address');
  assert.ok(!asked.includes('Hedy') && !asked.includes(email), asked);
  const [, code] = /confirms the address: (\d{4} \d{4})/.exec(asked);
  await person.goto(`${demo.app}/account/security`);
  await person.sees(`A code was sent to ${address}`);

  // Mistyped, then right.
  await person.press('Notices by XMPP');
  await person.fill('Code', code.startsWith('1') ? `2${code.slice(1)}` : `1${code.slice(1)}`);
  await person.press('Confirm the address');
  assert.match(await person.page.title(), /^Error: /);
  await person.sees('This is not the code that was sent. 4 tries are left.');
  await person.fill('Code', code);
  await person.press('Confirm the address');
  await person.sees('Your XMPP address is confirmed');
  await person.sees('This is on: you confirmed the address on');
  await messages.about('also come by XMPP now');
  await post.about(email, 'also come by XMPP now');

  // A change that concerns the account arrives there.
  await person.press('Security');
  await person.sees(`On: they also go to ${address}`);
  await person.fill('Present password', PASSWORD);
  await person.fill('New password', 'nine calm otters float');
  await person.press('Change the password');
  await messages.about('the password of your account was changed');

  // Taken back: the next one comes by mail, and nothing else follows here.
  await person.goto(`${demo.app}/account/privacy`);
  await person.open('Withdraw');
  await person.press('Yes, withdraw it');
  await person.sees('A code goes there first');
  await post.about(email, 'come by mail only');
  const before = messages.texts.length;
  await person.press('Security');
  await person.press('API tokens');
  await person.fill('Name', 'nightly export');
  await person.choose(/See plans, cards and invoices/);
  await person.press('Make the token');
  await post.about(email, 'nightly export');
  assert.equal(messages.texts.length, before, messages.texts.slice(before).join('\n'));
}
