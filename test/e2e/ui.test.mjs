// The page /ui in a real browser, against a real broker with real clients.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthServer } from './support/auth_server.mjs';
import { isCafqd, withBroker } from './support/broker.mjs';
import { barriers, useBrowser, withPage } from './support/browser.mjs';
import { Authority, serving } from './support/certificates.mjs';
import { ask } from './support/http.mjs';
import { mpub, pub, withClients } from './support/wire.mjs';

const limit = { timeout: 120000, skip: !isCafqd };

const post = async (broker, target) =>
  assert.equal((await ask(broker.httpPort, 'POST', target)).status, 200, target);
const create = async (broker, topic, ...channels) => {
  await post(broker, `/topic/create?topic=${topic}`);
  for (const x of channels) await post(broker, `/channel/create?topic=${topic}&channel=${x}`);
};
// A broker, and clients of it.
const withWorld = (options, body) =>
  withBroker(options, (broker) => withClients(broker.port, (connect) => body(broker, connect)));
const origin = (broker) => `http://127.0.0.1:${broker.httpPort}`;
const box = (page, kind, label) => page.getByRole('link', { name: new RegExp(`^${kind} ${label}:`) });
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
  const browser = useBrowser();

  it('shows what topics and channels have and do', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 'orders', 'billing', 'mail');
      const client = await connect();
      client.send(mpub('orders', ['a', 'b', 'c']));
      await client.ok();
      await post(broker, '/channel/pause?topic=orders&channel=mail');
      await withPage(browser, origin(broker), '', async (page) => {
        await row(page, 'orders/billing').getByText('no consumer').waitFor();
        await row(page, 'orders/billing').getByRole('cell', { name: '3', exact: true }).waitFor();
        await row(page, 'orders/mail').getByText('paused').waitFor();
        const consumer = await connect();
        await consumer.subscribe('orders', 'billing');
        consumer.rdy(2);
        await row(page, 'orders/billing').getByText('all RDY used').waitFor();
        assert.deepEqual(await barriers(page), []);
      });
    }));

  it('keeps order and filter in the address', () =>
    withBroker({}, async (broker) => {
      await create(broker, 'apples', 'a');
      await create(broker, 'pears', 'a');
      await withPage(browser, origin(broker), '#/topics', async (page) => {
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

  it('asks for nothing while nobody looks', () =>
    withWorld({}, async (broker) => {
      await create(broker, 'orders');
      // How many streams there are.
      const streams = async (count) => {
        for (const end = Date.now() + 30000; Date.now() < end; ) {
          const { actors } = JSON.parse((await ask(broker.httpPort, 'GET', '/debug/actors')).body);
          if (actors.filter((x) => x.state === 'streaming').length === count) return;
        }
        assert.fail(`there are never ${count} streams`);
      };
      await withPage(browser, origin(broker), '', async (page) => {
        const hide = (hidden) =>
          page.evaluate((x) => {
            Object.defineProperty(document, 'hidden', { value: x, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
          }, hidden);
        await streams(1);
        await hide(true);
        await streams(0);
        await hide(false);
        await streams(1);
      });
    }));

  it('works over HTTPS', () => {
    const server = new Authority('authority').certificate('localhost');
    return withBroker({ flags: ['--https-address=127.0.0.1:0', ...serving(server)] }, async (broker) => {
      await create(broker, 'orders');
      await withPage(browser, `https://127.0.0.1:${await broker.portOf('HTTPS')}`, '', (page) => row(page, 'orders').waitFor());
    });
  });

  it('says that the broker is silent, and shows what it last said', () =>
    withBroker({}, async (broker) => {
      await create(broker, 'orders');
      await withPage(browser, origin(broker), '', async (page) => {
        await row(page, 'orders').waitFor();
        broker.kill('SIGSTOP');
        await page.getByRole('alert').getByText('this is what it last said').waitFor();
        await row(page, 'orders').waitFor();
        broker.kill('SIGCONT');
        await page.getByRole('alert').waitFor({ state: 'detached' });
      });
    }));

  it('draws what clients do on the map, and says why one is stuck', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 'orders', 'billing', 'mail');
      const publisher = await connect();
      await publisher.identify({ client_id: 'shop', user_agent: 'shop/1' });
      publisher.send(mpub('orders', ['a', 'b', 'c']));
      await publisher.ok();
      const consumer = await connect();
      await consumer.identify({ client_id: 'biller' });
      await consumer.subscribe('orders', 'billing');
      consumer.rdy(2);
      await withPage(browser, origin(broker), '#/map', async (page) => {
        for (const [kind, label] of [['topic', 'orders'], ['connection', 'shop'], ['connection', 'biller'], ['store', 'store'], ['listener', 'TCP .*']])
          await box(page, kind, label).waitFor();
        await page.getByRole('link', { name: 'channel billing: all RDY used' }).waitFor();
        await page.getByRole('link', { name: 'channel mail: no consumer' }).click();
        const marked = page.getByRole('complementary');
        await marked.getByText(/3 messages ready, the oldest for .*Nobody has subscribed/).waitFor();
        assert.match(page.url(), /#\/map\?at=\d+$/);
        await page.reload();
        await marked.getByText(/Nobody has subscribed/).waitFor();
        assert.deepEqual(await barriers(page), []);
        // Who comes and goes, comes and goes on the map.
        await (await connect()).subscribe('orders', 'mail');
        await page.getByRole('link', { name: 'channel mail: RDY 0' }).waitFor();
        await post(broker, '/topic/delete?topic=orders');
        await box(page, 'topic', 'orders').waitFor({ state: 'detached' });
        await marked.getByText('It is not there any more.').waitFor();
      });
    }));

  it('has every node of the map as a row of a table', () =>
    withWorld({}, async (broker) => {
      await create(broker, 'orders', 'billing');
      await withPage(browser, origin(broker), '#/map', async (page) => {
        await page.getByRole('button', { name: /The same as a table/ }).click();
        for (const name of ['topic orders', 'channel orders/billing', 'store', 'node']) await row(page, name).waitFor();
      });
    }));

  it('groups many clients by what they are called', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 'orders', 'billing');
      for (let i = 0; i < 9; ++i) {
        const consumer = await connect();
        await consumer.identify({ client_id: i < 7 ? 'biller' : 'auditor' });
        await consumer.subscribe('orders', 'billing');
      }
      await withPage(browser, origin(broker), '#/map?topic=ord', async (page) => {
        await box(page, 'connection', '2 × auditor 127.0.0.1').waitFor();
        await box(page, 'connection', '7 × biller 127.0.0.1').click();
        const marked = page.getByRole('complementary');
        await marked.getByText('7 rows').waitFor();
      });
    }));

  it('says of a channel who holds its messages', () =>
    withWorld({ flags: ['--msg-timeout=10m'] }, async (broker, connect) => {
      const consumer = await connect();
      await consumer.identify({ client_id: 'biller', user_agent: 'go-nsq/1.1.0' });
      await consumer.subscribe('orders', 'billing');
      consumer.rdy(1);
      const publisher = await connect();
      publisher.send(mpub('orders', ['a', 'b', 'c']));
      await publisher.ok();
      await withPage(browser, origin(broker), '#/queue/orders/billing', async (page) => {
        const holder = `127\\.0\\.0\\.1:${consumer.socket.localPort} \\(go-nsq/1\\.1\\.0\\)`;
        await page.getByText(new RegExp(`2 messages ready, .* 1 consumer has used its RDY .* with ${holder}, taken .* ago`)).waitFor();
        await row(page, `127.0.0.1:${consumer.socket.localPort}`).getByRole('cell', { name: 'biller' }).waitFor();
        assert.deepEqual(await barriers(page), []);
      });
    }));

  it('says what lies on the disk, and what room there is', () =>
    withWorld({ flags: ['--mem-queue-size=10'] }, async (broker, connect) => {
      await create(broker, 'orders', 'billing', 'mail');
      const client = await connect();
      client.send(mpub('orders', Array.from({ length: 300 }, (_, i) => `message ${i}`)));
      await client.ok();
      await withPage(browser, origin(broker), '#/disk', async (page) => {
        const onDisk = row(page, 'orders/billing').getByRole('cell').first();
        await onDisk.filter({ hasText: /^[1-9]\d+$/ }).waitFor();
        const fact = (name) => page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd');
        await fact('Room for messages').filter({ hasText: /^[\d.,]+ [MGT]B$/ }).waitFor();
        await fact('In use of it').filter({ hasText: /^[\d.,]+ [KM]B$/ }).waitFor();
        await fact('--max-backlog-bytes').filter({ hasText: 'no limit' }).waitFor();
        // Every commit stands in one of the rows.
        const cells = page.getByRole('region', { name: 'Commits' }).getByRole('cell');
        assert.equal(await cells.count(), 8);
        const sum = async () => (await cells.allTextContents()).reduce((n, x, i) => n + (i % 2 === 0 ? Number(x) : 0), 0);
        for (const end = Date.now() + 30000; (await sum()) === 0; ) assert.ok(Date.now() < end, 'no commits');
        assert.deepEqual(await barriers(page), []);
      });
    }));

  it('says that the disk takes no more, and why', () =>
    withWorld({ flags: ['--mem-queue-size=10', '--max-backlog-bytes=1000000'] }, async (broker, connect) => {
      await create(broker, 'orders', 'billing');
      const client = await connect();
      const refused = async () => {
        client.send(mpub('orders', Array.from({ length: 100 }, () => 'x'.repeat(5000))));
        return (await client.next()).data.toString() !== 'OK';
      };
      for (const end = Date.now() + 30000; !(await refused()); ) assert.ok(Date.now() < end, 'publishes are never refused');
      await withPage(browser, origin(broker), '#/disk', async (page) => {
        await page.getByText(/full · waits for the disk: backlog of \d+ bytes is at its limit of 1000000/).waitFor();
        await page.locator('dd', { hasText: '977 KB' }).waitFor();
      });
    }));

  it('tells who is busy', () =>
    withWorld({}, async (broker, connect) => {
      const client = await connect();
      let open = true;
      const publishing = (async () => {
        while (open) {
          client.send(Array.from({ length: 100 }, () => pub('orders', 'x')));
          for (let i = 0; i < 100; ++i) await client.ok();
        }
      })();
      try {
        await withPage(browser, origin(broker), '#/node?filter=orders', (page) =>
          row(page, 'topic orders').getByRole('cell', { name: /^[\d.]+ %$/ }).waitFor(),
        );
        await withPage(browser, origin(broker), '#/map', (page) =>
          page.getByRole('link', { name: /^topic orders: .*, busy [\d.]+ %$/ }).waitFor(),
        );
      } finally {
        open = false;
        await publishing;
      }
    }));

  it('does what it says, and says first what goes', () =>
    withWorld({}, async (broker, connect) => {
      const client = await connect();
      const consumer = await connect();
      await withPage(browser, origin(broker), '#/topics', async (page) => {
        await page.getByLabel('New topic').fill('orders');
        await page.getByRole('button', { name: 'Create' }).click();
        await row(page, 'orders').getByRole('link').click();
        await page.getByLabel('New channel').fill('billing');
        await page.getByRole('button', { name: 'Create' }).click();
        await row(page, 'orders/billing').getByRole('link').click();
        await consumer.subscribe('orders', 'billing');
        client.send(mpub('orders', ['a', 'b', 'c']));
        await client.ok();

        const status = page.getByRole('status');
        const confirmed = async (word, what, effect) => {
          await page.getByRole('button', { name: word, exact: true }).click();
          const dialog = page.getByRole('dialog', { name: `${word} ${what}` });
          await dialog.getByText(effect).waitFor();
          assert.deepEqual(await barriers(page), []);
          await dialog.getByRole('button', { name: `${word} ${what}` }).click();
          await status.getByText(`${word} ${what}: done.`).waitFor();
        };
        await confirmed('Pause', 'orders/billing', 'Nothing is delivered to its 1 consumer; messages wait.');
        await page.getByText(/The channel was paused/).waitFor();
        await confirmed('Unpause', 'orders/billing', '3 messages may go on.');
        await page.getByRole('button', { name: 'Empty' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await confirmed('Empty', 'orders/billing', '3 messages are discarded: ready, in flight and deferred.');
        await confirmed('Delete', 'orders/billing', '0 messages are discarded, 1 consumer is disconnected.');
        await consumer.eof();
        await page.getByRole('heading', { name: 'Topic orders' }).waitFor();
        await confirmed('Delete', 'orders', 'Its 0 channels with it: 0 messages are discarded, 0 consumers are disconnected.');
        await page.getByText('There are no topics.').waitFor();
      });
      assert.deepEqual(JSON.parse((await ask(broker.httpPort, 'GET', '/stats?format=json')).body).topics, []);
    }));

  it('draws what happened in the last minutes', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 'orders', 'billing');
      const client = await connect();
      client.send(mpub('orders', ['a', 'b', 'c']));
      await client.ok();
      await withPage(browser, origin(broker), '#/topics', async (page) => {
        // The second look, ten seconds behind the first, knows what moved.
        const drawn = (name) => page.getByRole('img', { name: `${name}, the last 15 minutes` }).waitFor({ timeout: 50000 });
        await drawn('Messages');
        await row(page, 'orders/billing').getByRole('link').click();
        await drawn('Depth');
        await page.getByText(/Depth: ready 3, in flight 0/).waitFor();
        assert.deepEqual(await barriers(page), []);
      });
    }));

  it('shows a refusal', () =>
    withWorld({ flags: ['--max-topics=1'] }, async (broker) => {
      await create(broker, 'orders');
      await withPage(browser, origin(broker), '#/topics', async (page) => {
        await page.getByLabel('New topic').fill('more');
        await page.keyboard.press('Enter');
        await page.getByRole('status').getByText('Create more: refused, TOO_MANY_TOPICS').waitFor();
      });
    }));

  it('asks for the secret where one is needed, and only then', async () => {
    const server = await new AuthServer().start();
    try {
      const flags = [`--auth-http-address=127.0.0.1:${server.port}`, '--http-auth-required'];
      await withWorld({ flags }, async (broker) => {
        const headers = { Authorization: 'Bearer all:test' };
        assert.equal((await ask(broker.httpPort, 'POST', '/topic/create?topic=orders', { headers })).status, 200);
        await withPage(browser, origin(broker), '#/queue/orders', async (page) => {
          const dialog = page.getByRole('dialog', { name: 'Secret' });
          const shown = async (secret) => {
            await dialog.getByLabel('Secret').fill(secret);
            await dialog.getByRole('button', { name: 'Send' }).click();
          };
          await page.getByLabel('New channel').fill('billing');
          await page.keyboard.press('Enter');
          await dialog.getByText('The broker asks who you are.').waitFor();
          await shown('no');
          await dialog.getByText('The broker does not know this secret.').waitFor();
          await shown('all:page');
          await row(page, 'orders/billing').waitFor();
          // It knows it now, and keeps it nowhere.
          await page.getByLabel('New channel').fill('mail');
          await page.keyboard.press('Enter');
          await row(page, 'orders/mail').waitFor();
          assert.equal(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])), '[{},{},""]');
        });
      });
    } finally {
      await server.stop();
    }
  });

  it('shows whatever clients call themselves as text', () =>
    withWorld({}, async (broker, connect) => {
      const evil = '<img src=x onerror="document.title=1">';
      const client = await connect();
      await client.identify({ client_id: evil, hostname: evil, user_agent: evil });
      await client.subscribe('orders', 'billing');
      await (await connect()).publish('orders', 'x');
      for (const view of ['#/clients', '#/queue/orders/billing', '#/map'])
        await withPage(browser, origin(broker), view, async (page) => {
          await page.getByText('<img src=x').filter({ visible: true }).first().waitFor();
          assert.deepEqual([await page.locator('img').count(), await page.title()], [0, 'cafq'], view);
        });
    }));

  it('can be used by the keyboard alone', () =>
    withWorld({}, async (broker) => {
      await create(broker, 'orders', 'billing');
      await withPage(browser, origin(broker), '#/topics', async (page) => {
        await row(page, 'orders').waitFor();
        // Tabs until something has the focus.
        const to = async (name) => {
          for (let i = 0; i < 60; ++i) {
            await page.keyboard.press('Tab');
            const at = await page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
            if (at.startsWith(name)) return;
          }
          assert.fail(`Tab does not lead to ${name}`);
        };
        await to('orders/billing');
        await page.keyboard.press('Enter');
        await to('Pause');
        await page.keyboard.press('Enter');
        await page.getByRole('dialog').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await to('on the map');
        await page.keyboard.press('Enter');
        await page.getByRole('complementary').getByText('channel orders/billing').waitFor();
        await page.keyboard.press('/');
        await page.keyboard.type('nothing like it');
        await box(page, 'topic', 'orders').waitFor({ state: 'detached' });
        await page.keyboard.press('Control+A');
        await page.keyboard.type('ord');
        await box(page, 'topic', 'orders').waitFor();
        await to('topic orders');
        await page.keyboard.press('Enter');
        await page.getByRole('complementary').getByRole('heading', { name: 'topic orders' }).waitFor();
      });
    }));

  it('is readable on a telephone, in the dark and in the light', () =>
    withWorld({}, async (broker, connect) => {
      await create(broker, 'a-topic-with-a-name-that-is-as-long-as-names-may-be-in-a-broker', 'billing');
      await (await connect()).subscribe('orders', 'billing');
      for (const colorScheme of ['dark', 'light'])
        await withPage(browser, origin(broker), '#/topics', async (page) => {
          for (const view of ['topics', 'queue/orders', 'queue/orders/billing', 'map', 'clients', 'disk', 'node']) {
            await page.evaluate((x) => (location.hash = `#/${x}`), view);
            await page.getByRole('heading', { level: 1 }).waitFor();
            const most = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(most <= 360, `${view} is ${most} wide`);
            assert.deepEqual(await barriers(page), [], `${view} ${colorScheme}`);
          }
        }, { viewport: { width: 360, height: 640 }, colorScheme });
    }));
});
