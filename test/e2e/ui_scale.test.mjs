// The page on a node with 10,000 actors: that it shows them, and what that costs
// the browser. Times are told, not judged.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { useBrowser, withPage } from './support/browser.mjs';
import { HttpClient } from './support/http.mjs';
import { withClients } from './support/wire.mjs';

const limit = { timeout: 240000, skip: !isCafqd };

// Topics with a few channels each, without a disk.
async function fill(port, topics, channels) {
  const client = await HttpClient.connect(port);
  const answers = async (targets) => {
    for (const x of targets) client.request('POST', x);
    for (const x of targets) assert.equal((await client.answer()).status, 200, x);
  };
  for (let i = 0; i < topics; ++i) {
    const topic = `topic=t${i}%23ephemeral`;
    const below = Array.from({ length: channels }, (_, j) => `/channel/create?${topic}&channel=c${j}`);
    await answers([`/topic/create?${topic}`, ...below]);
  }
  client.destroy();
}

// Scrolls the map for a few seconds; returns the time of scripts in each frame of
// 60 a second, in ms.
async function frames(browser, page) {
  await page.getByRole('region', { name: 'Map' }).hover();
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  for (let i = 0; i < 150; ++i) {
    await page.mouse.wheel(0, i % 50 < 25 ? 60 : -60);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const scripts = traceEvents.filter((x) => x.ph === 'X' && /^(FunctionCall|RunMicrotasks)$/.test(x.name));
  const [first, last] = [Math.min(...scripts.map((x) => x.ts)), Math.max(...scripts.map((x) => x.ts))];
  const result = new Array(Math.ceil((last - first + 1) / (1e6 / 60))).fill(0);
  for (const x of scripts) result[Math.floor((x.ts - first) / (1e6 / 60))] += x.dur / 1000;
  return result.sort((x, y) => x - y);
}

describe('10,000 actors', limit, () => {
  const browser = useBrowser();

  it('are shown, one by one or in groups', (t) =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        await fill(broker.httpPort, 1900, 4);
        for (let i = 0; i < 500; ++i) {
          const client = await connect();
          await client.subscribe(`t${i % 5}#ephemeral`, 'c0');
        }
        const origin = `http://127.0.0.1:${broker.httpPort}`;
        await withPage(browser, origin, '#/node', async (page) => {
          const heading = page.getByText(/^\d+ rows$/);
          await heading.waitFor();
          assert.ok(Number.parseInt(await heading.textContent(), 10) >= 10000, await heading.textContent());
        });
        await withPage(browser, origin, '#/map', async (page) => {
          await page.getByRole('link', { name: /^topic 1860 more topics: / }).waitFor();
          t.diagnostic(`first view after ${Math.round(await page.evaluate(() => performance.now()))} ms`);
          await page.getByRole('link', { name: /× 127\.0\.0\.1: / }).first().waitFor();
          const elements = await page.evaluate(() => document.querySelectorAll('*').length);
          assert.ok(elements < 3000, `${elements} elements`);
          const [cpu, began] = [broker.cpuTime(), performance.now()];
          const times = await frames(browser.browser, page);
          const share = (100 * (broker.cpuTime() - cpu)) / (performance.now() - began);
          t.diagnostic(`the broker takes ${share.toFixed(0)} % of a core meanwhile`);
          const quantile = (x) => times[Math.floor((times.length - 1) * x)].toFixed(1);
          t.diagnostic(`scripts in each of ${times.length} frames: p95 ${quantile(0.95)} ms, longest ${quantile(1)} ms`);
        });
      }),
    ));
});
