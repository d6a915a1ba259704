// Runs one journey: node run.js JOURNEY WAY. The environment says where the product is (main.rs sets it).
'use strict';

const path = require('node:path');
const { chromium } = require('playwright-core');
const { Post } = require('./post');
const { Traveller } = require('./traveller');

async function main() {
  const [name, way] = process.argv.slice(2);
  const demo = JSON.parse(process.env.STEWARD_TEST_DEMO);
  const journey = require(path.join(__dirname, 'journeys', name));
  const options = { executablePath: process.env.STEWARD_TEST_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] };
  const browser = await chromium.launch(options);
  const hosts = [new URL(demo.app).host, new URL(demo.sandbox).host];
  const travellers = [];
  const traveller = async () => {
    travellers.push(await Traveller.start(browser, way, hosts));
    return travellers.at(-1);
  };
  try {
    await journey({ demo, way, post: new Post(demo.mail_dir), traveller });
  } catch (error) {
    for (const [number, { page }] of travellers.entries()) {
      const file = path.join(process.env.STEWARD_TEST_SHOTS, `${name}-${way}-${number}.png`);
      await page.screenshot({ path: file, fullPage: true }).catch(() => {});
      console.error(`traveller ${number} was at ${page.url()}: ${file}`);
      console.error(await page.locator('main').innerText({ timeout: 1000 }).catch(() => ''));
    }
    throw error;
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
