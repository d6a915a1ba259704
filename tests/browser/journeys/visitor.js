// Someone who only looks: every public page, no cookie, no script needed.
'use strict';

const assert = require('node:assert/strict');

const PAGES = ['/', '/sign-up', '/sign-in', '/reset', '/privacy', '/privacy/cookies', '/privacy/places', '/privacy/data-map', '/contact'];

module.exports = async ({ demo, traveller }) => {
  const person = await traveller();
  for (const path of PAGES) {
    const answer = await person.goto(demo.app + path);
    assert.equal(answer.status(), 200, path);
    assert.deepEqual(await person.page.context().cookies(), [], `${path} sets a cookie`);
    for (const needed of ['/privacy', '/contact']) {
      assert.ok(await person.page.locator(`a[href="${needed}"]`).count(), `${path} links ${needed}`);
    }
  }
  const lost = await person.goto(`${demo.app}/no-such-page`);
  assert.equal(lost.status(), 404);
};
