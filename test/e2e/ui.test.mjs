// The page /ui in a real browser, against a real broker with real clients.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { barriers, useBrowser, withPage } from './support/browser.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { ask } from './support/http.mjs';
import { mpub, withClients } from './support/wire.mjs';

const limit = { timeout: 120000, skip: !isCafqd };

const post = async (broker, target) =>
  assert.equal((await ask(broker.httpPort, 'POST', target)).status, 200, target);
const create = async (broker, topic, ...channels) => {
  await post(broker, `/topic/create?topic=${topic}`);
  for (const x of channels) await post(broker, `/channel/create?topic=${topic}&channel=${x}`);
};
const origin = (broker) => `http://127.0.0.1:${broker.httpPort}`;
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });

describe('the files of the page', limit, () => {
  it('come compressed, with a tag, under a strict policy', () =>
    withBroker({}, async ({ httpPort }) => {
      for (const target of ['/ui', '/ui/app.js', '/ui/app.css']) {
        const first = await ask(httpPort, 'GET', target);
        assert.equal(first.status, 200, target);
        assert.equal(first.headers['Content-Encoding'], 'gzip');
        assert.match(first.headers['Content-Security-Policy'], /^default-src 'none'; script-src 'self'; style-src 'self';/);
        const again = await ask(httpPort, 'GET', target, { headers: { 'If-None-Match': first.headers.Etag } });
        assert.deepEqual([again.status, again.body], [304, '']);
      }
      assert.equal((await ask(httpPort, 'GET', '/ui/app.ts')).status, 404);
      assert.equal((await ask(httpPort, 'GET', '/')).status, 404);
    }));

  it('are not there without --http-ui', () =>
    withBroker({ flags: ['--http-ui=false'] }, async ({ httpPort }) => {
      for (const target of ['/ui', '/ui/app.js'])
        assert.deepEqual((await ask(httpPort, 'GET', target)).status, 404, target);
    }));

  it('do not come to the pages of strangers', () =>
    withBroker({}, async ({ httpPort }) => {
      const headers = { Host: 'evil.example', 'Sec-Fetch-Site': 'none' };
      assert.equal((await ask(httpPort, 'GET', '/ui', { headers })).status, 403);
    }));
});

describe('the page', limit, () => {
  const box = useBrowser();

  it('shows what topics and channels have and do', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        await create(broker, 'orders', 'billing', 'mail');
        const client = await connect();
        client.send(mpub('orders', ['a', 'b', 'c']));
        await client.ok();
        await post(broker, '/channel/pause?topic=orders&channel=mail');
        await withPage(box, origin(broker), '', async (page) => {
          await row(page, 'orders/billing').getByText('no consumer').waitFor();
          await row(page, 'orders/billing').getByRole('cell', { name: '3', exact: true }).waitFor();
          await row(page, 'orders/mail').getByText('paused').waitFor();
          const consumer = await connect();
          await consumer.subscribe('orders', 'billing');
          consumer.rdy(2);
          await row(page, 'orders/billing').getByText('all RDY used').waitFor();
          assert.deepEqual(await barriers(page), []);
        });
      }),
    ));

  it('keeps order and filter in the address', () =>
    withBroker({}, async (broker) => {
      await create(broker, 'apples', 'a');
      await create(broker, 'pears', 'a');
      await withPage(box, origin(broker), '#/topics', async (page) => {
        await row(page, 'pears').waitFor();
        await page.keyboard.press('/');
        await page.keyboard.type('pear');
        await row(page, 'apples').waitFor({ state: 'detached' });
        await page.getByRole('columnheader', { name: 'Topic, channel' }).getByRole('button').press('Enter');
        const shown = async () => (await page.getByRole('rowheader').allTextContents()).join();
        assert.equal(await shown(), 'pears/a,pears');
        await page.reload();
        await row(page, 'pears').waitFor();
        assert.equal(await shown(), 'pears/a,pears');
        assert.match(page.url(), /#\/topics\?filter=pear&sort=-Topic/);
      });
    }));

  it('works over HTTPS', () => {
    const server = new Authority('authority').certificate('localhost');
    return withBroker({ flags: ['--https-address=127.0.0.1:0', ...serving(server)] }, async (broker) => {
      await create(broker, 'orders');
      await withPage(box, `https://127.0.0.1:${await broker.portOf('HTTPS')}`, '', (page) => row(page, 'orders').waitFor());
    });
  });

  it('says that the broker is gone, and shows what it last said', () =>
    withBroker({}, async (broker) => {
      await create(broker, 'orders');
      await withPage(box, origin(broker), '', async (page) => {
        await row(page, 'orders').waitFor();
        await page.context().setOffline(true);
        await page.getByRole('alert').getByText('this is what it last said').waitFor();
        await row(page, 'orders').waitFor();
        await page.context().setOffline(false);
        await page.getByRole('alert').waitFor({ state: 'detached' });
      });
    }));
});
