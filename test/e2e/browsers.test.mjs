// A page on some other site must not be able to use the browser of a visitor
// against the node. Programs that are no browsers notice nothing of that.

import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { HttpClient, ask } from './support/http.mjs';
import { topicName } from './support/wire.mjs';

const limit = { timeout: 60000, skip: !isCafqd };

async function request(port, method, target, headers) {
  const client = await HttpClient.connect(port);
  try {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    client.send(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
    return await client.answer();
  } finally {
    client.destroy();
  }
}

async function topics(port) {
  const { body } = await ask(port, 'GET', '/stats?format=json');
  return JSON.parse(body).topics.map((x) => x.topic_name);
}

describe('pages of other sites', limit, () => {
  const flags = ['--broadcast-address=broker.example', '--http-allowed-hosts=cafq.example, other.example'];

  it('change nothing and read nothing', () =>
    withBroker({ flags }, async ({ httpPort: port }) => {
      const topic = topicName();
      await ask(port, 'POST', `/topic/create?topic=${topic}`);
      const own = `127.0.0.1:${port}`;
      const foreign = [
        { Host: own, Origin: 'http://evil.example' },
        { Host: own, Origin: 'http://127.0.0.1:8080' },
        { Host: own, Origin: 'null' },
        { Host: own, 'Sec-Fetch-Site': 'cross-site' },
        { Host: own, 'sec-fetch-mode': 'no-cors' },
        { Host: own, Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' },
        // DNS that was made to lead here: to the browser it is the same site.
        { Host: 'evil.example', Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' },
        { Host: 'evil.example', 'Sec-Fetch-Site': 'same-origin' },
      ];
      for (const headers of foreign)
        for (const [method, target] of [
          ['POST', `/topic/delete?topic=${topic}`],
          ['POST', '/topic/create?topic=evil'],
          ['POST', '/pub?topic=evil'],
          ['PUT', '/config/log_level'],
          ['GET', '/stats'],
          ['GET', '/config/auth_http_addresses'],
          ['GET', '/debug/actors'],
          ['GET', '/metrics'],
          ['GET', '/nothing'],
          ['OPTIONS', '/pub'],
        ]) {
          const { status, body } = await request(port, method, target, headers);
          const what = `${method} ${target} ${JSON.stringify(headers)}`;
          assert.deepEqual([status, body], [403, '{"message":"FORBIDDEN"}'], what);
        }
      assert.deepEqual(await topics(port), [topic]);
    }));

  it('may be our own', () =>
    withBroker({ flags }, async ({ httpPort: port }) => {
      const names = ['127.0.0.1', '[::1]', 'localhost', os.hostname(), 'broker.example', 'cafq.example', 'Other.Example'];
      for (const name of names) {
        const topic = topicName();
        const Host = `${name}:${port}`;
        const headers = { Host, Origin: `http://${Host}`, 'Sec-Fetch-Site': 'same-origin' };
        assert.equal((await request(port, 'POST', `/topic/create?topic=${topic}`, headers)).status, 200, name);
        assert.equal((await request(port, 'GET', '/stats', { Host, 'Sec-Fetch-Site': 'none' })).status, 200, name);
      }
    }));

  it('are logged once a minute', () =>
    withBroker({ flags }, async (broker) => {
      const headers = { Host: 'evil.example', Origin: 'http://evil.example' };
      for (let i = 0; i < 5; ++i)
        await request(broker.httpPort, 'POST', '/topic/delete?topic=a', headers);
      await request(broker.httpPort, 'GET', '/ping', { Host: 'x' });
      await broker.logged(/200 GET \/ping/);
      const lines = broker.log.filter((line) => line.includes('of a browser'));
      assert.equal(lines.length, 1);
      assert.match(lines[0], /WARNING: HTTP: \[127\.0\.0\.1:\d+\] refused POST \/topic\/delete\?topic=a of a browser, Host "evil\.example", Origin "http:\/\/evil\.example"/);
    }));

  it('are of no concern to programs', () =>
    withBroker({ flags }, async ({ httpPort: port }) => {
      for (const Host of ['some.load.balancer', 'x', `nsqd.svc:${port}`, ''])
        for (const target of ['/ping', '/stats?format=json', '/metrics', '/debug/actors', '/info'])
          assert.equal((await request(port, 'GET', target, { Host })).status, 200, Host + target);
      // Node sends Sec-Fetch-Mode: cors.
      const url = `http://127.0.0.1:${port}/pub?topic=${topicName()}`;
      assert.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 200);
      const headers = { Host: 'broker.in.some.cluster', 'Sec-Fetch-Mode': 'cors' };
      assert.equal((await request(port, 'GET', '/stats', headers)).status, 200);
    }));
});
