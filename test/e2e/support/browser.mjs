// A real browser on the page /ui: Debian's chromium (`./dev setup test`), which
// CHROMIUM may name elsewhere. CAFQ_SCREENSHOTS is where a picture of a page goes
// whose test has failed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.CAFQ_SCREENSHOTS ?? os.tmpdir();

// Nothing that it does of its own goes out.
const args = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// A browser with a new and empty folder of its own.
export const openBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromiumSandbox: false, args });

// One for the tests of the enclosing `describe`.
export function useBrowser() {
  const box = {};
  before(async () => {
    box.browser = await openBrowser();
  });
  after(() => box.browser?.close());
  return box;
}

// Runs `body` with a page of the broker. What every page must keep to is checked:
// it asks nobody else, breaks no rule of its own, and throws nothing.
export async function withPage({ browser }, origin, hash, body, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on('request', (x) => {
    if (new URL(x.url()).origin !== origin && !x.url().startsWith('data:')) wrong.push(`asks ${x.url()}`);
  });
  page.on('pageerror', (error) => wrong.push(`throws ${error.stack}`));
  page.on('console', (x) => {
    if (x.type() === 'error' && /Content.Security.Policy/i.test(x.text())) wrong.push(x.text());
  });
  try {
    await page.goto(`${origin}/ui${hash}`);
    await body(page);
    assert.deepEqual(wrong, []);
  } catch (error) {
    const file = path.join(pictures, `cafq-ui-${process.pid}-${Date.now()}.png`);
    await page.screenshot({ path: file, fullPage: true }).then(
      () => (error.message += `\nThe page: ${file}`),
      () => {},
    );
    throw error;
  } finally {
    await context.close();
  }
}

// Everything that axe-core finds, one line each.
export async function barriers(page) {
  // By the debugger, which no policy of the page forbids.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap((x) => x.nodes.map((node) => `${x.id}: ${node.html} ${node.failureSummary}`));
}
