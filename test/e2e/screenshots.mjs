// The pictures of README and docs/: the page in a real browser, on a broker with
// a shop's load, which then gets stuck.
//
//   CAFQD=.../cafqd node screenshots.mjs FOLDER

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withBroker } from './support/broker.mjs';
import { openBrowser, withPage } from './support/browser.mjs';
import { ask } from './support/http.mjs';
import { mpub, withClients } from './support/wire.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node screenshots.mjs FOLDER');

// Topics, messages a second, who publishes them, channels and their consumers.
const shop = {
  audit: { rate: 0, publishers: [], channels: { archive: ['archive-1'] } },
  clicks: { rate: 2000, publishers: ['web-0'], channels: { archive: ['archive-0'], 'metrics#ephemeral': ['board-0'] } },
  orders: {
    rate: 1500,
    publishers: ['shop-0', 'shop-1'],
    channels: {
      billing: ['billing-0', 'billing-1', 'billing-2'],
      mail: ['mail-0'],
      search: Array.from({ length: 9 }, () => 'indexer'),
    },
  },
  payments: { rate: 800, publishers: ['shop-2'], channels: { ledger: ['ledger-0'] } },
  signups: { rate: 200, publishers: ['web-1'], channels: { crm: ['crm-0'], welcome: ['welcome-0'] } },
};

const rdy = 10;
// The channel whose consumers stop finishing.
const sick = 'billing';
const batches = 20;

// Whether all goes on, and whether the sick ones work.
const state = { open: true, well: true };

// Publishes so many messages a second, in batches, as long as all goes on.
async function publish(client, topic, rate) {
  const batch = Array.from({ length: Math.max(1, rate / batches) }, (_, i) => `{"number":${i}}`);
  while (state.open) {
    client.send(mpub(topic, batch));
    await client.ok();
    await sleep(1000 / batches);
  }
}

async function consume(client, channel) {
  client.rdy(rdy);
  while (state.open) {
    const message = await client.message({ timeout: 600000 });
    if (state.well || channel !== sick) client.fin(message);
  }
}

// Connects all; what they do goes on until the broker ends.
async function openShop(broker, connect) {
  const introduced = async (client_id) => {
    const client = await connect();
    await client.identify({ client_id, user_agent: 'go-nsq/1.1.0' });
    return client;
  };
  const working = [];
  for (const [topic, { rate, publishers, channels }] of Object.entries(shop)) {
    await ask(broker.httpPort, 'POST', `/topic/create?topic=${topic}`);
    for (const [channel, consumers] of Object.entries(channels)) {
      await ask(broker.httpPort, 'POST', `/channel/create?topic=${topic}&channel=${encodeURIComponent(channel)}`);
      for (const name of consumers) {
        const client = await introduced(name);
        await client.subscribe(topic, channel);
        working.push(consume(client, channel));
      }
    }
    for (const name of publishers) working.push(publish(await introduced(name), topic, rate / publishers.length));
  }
  // They fail when the broker goes.
  return Promise.allSettled(working);
}

async function picture(browser, broker, name, hash, ready) {
  const size = { viewport: { width: 1280, height: 640 } };
  await withPage(
    { browser },
    `http://127.0.0.1:${broker.httpPort}`,
    hash,
    async (page) => {
      await ready(page);
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    },
    size,
  );
}

const browser = await openBrowser();
try {
  await withBroker({ flags: ['--msg-timeout=10m', '--mem-queue-size=2000'] }, (broker) =>
    withClients(broker.port, async (connect) => {
      void openShop(broker, connect);
      const map = '#/map?zoom=0.85';
      await picture(browser, broker, 'page-busy', map, async (page) => {
        await page.getByText(/[1-9],\d+ messages\/s/).waitFor();
        await page.getByRole('link', { name: /, busy / }).first().waitFor();
      });
      state.well = false;
      await ask(broker.httpPort, 'POST', '/channel/pause?topic=signups&channel=crm');
      await picture(browser, broker, 'page-stuck', map, async (page) => {
        await page.getByText(/[1-9],\d+ messages\/s/).waitFor();
        await page.getByRole('link', { name: `channel ${sick}: all RDY used` }).click();
        await page.getByText(/\d+,\d+ messages ready, .* 3 consumers have used their RDY/).waitFor();
      });
      await picture(browser, broker, 'page-disk', '#/disk?sort=On%20disk%20only', async (page) => {
        await page.getByRole('row', { name: /orders\/billing/ }).waitFor();
        await page.locator('dd', { hasText: /^[1-9][\d.]* \/s$/ }).waitFor();
      });
      state.open = false;
    }),
  );
} finally {
  await browser.close();
}
