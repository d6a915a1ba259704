// One person in one browser. Knows pages by what they show (labels, button texts, headings), never by ids or classes,
// and checks every page it comes to: accessibility, width, one heading, nothing from elsewhere, no complaint of the
// browser's own.
'use strict';

const assert = require('node:assert/strict');
const axe = require('axe-core');

const SIZES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};
const MOST_STOPS = 120; // of the Tab key on one page

// Runs in the page, behind axe: what there is to complain about.
async function look() {
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
  return {
    key: location.pathname + document.title,
    violations: violations.map(({ id, help, impact, nodes }) => ({ id, help, impact, nodes: nodes.map((n) => n.html) })),
    width: document.documentElement.scrollWidth,
    headings: document.querySelectorAll('h1').length,
  };
}

class Traveller {
  // `way` is how the person uses the page: desktop, phone or keyboard.
  static async start(browser, way, hosts) {
    const size = SIZES[way] ?? SIZES.desktop;
    const context = await browser.newContext({ ...size, reducedMotion: 'reduce', locale: 'en-GB' });
    context.setDefaultTimeout(15_000);
    return new Traveller(await context.newPage(), way, hosts);
  }

  // Another window of the same browser: the same cookies, another page.
  async window() {
    return new Traveller(await this.page.context().newPage(), this.way, this.hosts);
  }

  constructor(page, way, hosts) {
    Object.assign(this, { page, way, hosts, checked: new Set() });
    page.on('console', (message) => {
      // A refused form is answered 4xx and reported by the browser as a failed load: that is what it should be.
      const expected = /Failed to load resource.*\b4\d\d\b/.test(message.text());
      if (message.type() === 'error' && !expected) this.complaint = `${page.url()}: ${message.text()}`;
    });
    page.on('pageerror', (error) => { this.complaint = `${page.url()}: ${error.message}`; });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && !hosts.includes(url.host)) this.complaint = `asked ${request.url()}`;
    });
  }

  async goto(address) {
    const answer = await this.page.goto(address);
    await this.check();
    return answer;
  }

  // What holds on every page. A page that leads on by itself may leave in the middle of the look; then the one it led
  // to is looked at.
  async check() {
    for (let patience = 5; ; patience -= 1) {
      try {
        return await this.inspect();
      } catch (error) {
        if (patience === 0 || !/context was destroyed|because of a navigation/.test(String(error))) throw error;
        // On a slow machine the next page is not there yet; what it answers now is torn away as well.
        await this.page.waitForLoadState('networkidle');
      }
    }
  }

  // Everything is asked in one go, so that no answer is about another page than the rest.
  async inspect() {
    await this.page.waitForLoadState('load');
    assert.equal(this.complaint, undefined);
    const here = await this.page.evaluate(() => location.pathname + document.title);
    if (this.checked.has(here)) return;
    const { key, violations, width, headings } = await this.page.evaluate(`${axe.source};(${look})()`);
    const grave = violations.filter((found) => ['serious', 'critical'].includes(found.impact));
    const told = grave.map((found) => `${found.id}: ${found.help}\n  ${found.nodes.join('\n  ')}`);
    assert.deepEqual(told, [], `accessibility of ${key}`);
    // The window's own width says nothing: a phone zooms out until everything fits.
    const wide = width - this.page.viewportSize().width;
    assert.ok(wide <= 0, `${key} is ${wide} pixels wider than the window`);
    assert.equal(headings, 1, `${key} has one heading of the first rank`);
    this.checked.add(key);
  }

  // `kind` narrows to a radio or checkbox where a label alone would fit more.
  field(label, kind) {
    if (kind) return this.page.getByRole(kind, { name: label }).first();
    return this.page.getByLabel(label, { exact: false }).first();
  }

  // A button before a link, and the page's own before the masthead's.
  async control(name) {
    const exact = typeof name === 'string' ? { name, exact: true } : { name };
    const either = this.page.getByRole('button', exact).or(this.page.getByRole('link', exact));
    await either.first().waitFor({ state: 'attached' });
    const main = this.page.getByRole('main');
    for (const place of [main, this.page]) {
      for (const role of ['button', 'link']) {
        const found = place.getByRole(role, exact);
        if (await found.count()) return found.first();
      }
    }
    return assert.fail(`no button or link ${name} on ${this.page.url()}`);
  }

  async fill(label, value) {
    const field = this.field(label);
    if (this.way !== 'keyboard') return field.fill(value);
    await this.reach(field);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(value);
  }

  async select(label, option) {
    const field = this.field(label);
    if (this.way === 'keyboard') await this.reach(field);
    await field.selectOption({ label: option }); // native lists are the browser's to make accessible
  }

  // Ticks a box or chooses a radio by its label.
  async choose(label, kind) {
    const box = this.field(label, kind);
    if (this.way !== 'keyboard') return box.check();
    await this.reach(box);
    if (!(await box.isChecked())) await this.page.keyboard.press('Space');
    assert.ok(await box.isChecked(), `${label} is chosen`);
  }

  // Presses a button or follows a link, and waits for the page it leads to.
  async press(name) {
    const control = await this.control(name);
    const arrived = this.page.waitForEvent('load');
    if (this.way === 'keyboard') {
      await this.reach(control);
      await this.page.keyboard.press('Enter');
    } else if (this.way === 'phone') {
      await control.tap();
    } else {
      await control.click();
    }
    await arrived;
    await this.check();
  }

  // Opens or closes a part of the page.
  async open(name) {
    const part = this.page.locator('summary', { hasText: name }).first();
    if (this.way !== 'keyboard') return part.click();
    await this.reach(part);
    await this.page.keyboard.press('Enter');
  }

  // Tab until the control has the focus: everything must be reachable, and the focus must be seen.
  async reach(locator) {
    await locator.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return this.seesFocus(locator);
      await this.page.keyboard.press('Tab');
      // Within a group of radios Tab stops once; arrows move on.
      const sibling = await locator.evaluate((element) => {
        const active = document.activeElement;
        return element.type === 'radio' && active?.type === 'radio' && active.name === element.name && active !== element;
      });
      if (sibling) await this.arrowTo(locator);
    }
    assert.fail(`${locator} cannot be reached by the keyboard`);
  }

  async arrowTo(locator) {
    for (let step = 0; step < 10; step += 1) {
      await this.page.keyboard.press('ArrowDown');
      if (await locator.evaluate((element) => element === document.activeElement)) return;
    }
  }

  async seesFocus(locator) {
    const style = await locator.evaluate((element) => {
      const shows = (node) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      };
      return shows(element) || (element.labels?.[0] && shows(element.labels[0])) || shows(element.parentElement);
    });
    assert.ok(style, `the focus on ${locator} can be seen`);
  }

  async sees(text) {
    await this.page.getByText(text, { exact: false }).first().waitFor({ state: 'attached' });
  }

  // The page with this heading, at once or where a page before it leads to by itself.
  async seesHeading(text, timeout = 15_000) {
    const name = text instanceof RegExp ? text : new RegExp(`^${text}$`);
    const heading = this.page.getByRole('heading', { level: 1 });
    await heading.and(this.page.getByRole('heading', { name })).waitFor({ timeout }).catch(async () => {
      const shown = await heading.allTextContents();
      assert.fail(`${this.page.url()} shows the heading ${JSON.stringify(shown)} instead of ${name}`);
    });
    await this.check();
  }

  // A page that looks again by itself until the payment is through.
  async arrivesAt(heading) {
    await this.seesHeading(heading, 30_000);
  }

  // The page on another site that a page of ours leads to by itself.
  async isLedTo(site) {
    await this.page.waitForURL((url) => url.host === new URL(site).host);
    await this.check();
  }

  // From here on the next page that leads to another site stays, as in a browser that obeys no Refresh.
  async staysOnce(site) {
    await this.page.route((url) => url.host === new URL(site).host, (route) => route.abort('aborted'), { times: 1 });
  }

  async isAt(path) {
    assert.equal(new URL(this.page.url()).pathname, path);
  }
}

module.exports = { Traveller };
