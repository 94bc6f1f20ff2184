// What packaging/ has for Prometheus and Grafana, against a real Prometheus that
// scrapes a broker: every expression can be read, and finds what it is about.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { isCafqd, withBroker } from './support/broker.mjs';
import { ask } from './support/http.mjs';
import { mpub, withClients } from './support/wire.mjs';

// Where ./dev unpacks it, if it is not installed.
const unpacked = new URL('../../build/tools/prometheus/usr/bin', import.meta.url).pathname;
process.env.PATH += `:${unpacked}`;

const there = spawnSync('prometheus', ['--version']).status === 0;
const limit = { timeout: 60000, skip: !isCafqd || (!there && 'prometheus is not installed') };
const folder = new URL('../../packaging/', import.meta.url).pathname;
const rules = path.join(folder, 'prometheus/cafq.rules.yml');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

// A Prometheus that scrapes a broker every half second.
async function withPrometheus(broker, body) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'cafq-prometheus-'));
  const config = path.join(dir, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '500ms', evaluation_interval: '500ms' },
      rule_files: [rules],
      scrape_configs: [{ job_name: 'cafq', static_configs: [{ targets: [`127.0.0.1:${broker.httpPort}`] }] }],
    }),
  );
  const port = await freePort();
  const child = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  const get = async (target) => JSON.parse((await ask(port, 'GET', target)).body);
  try {
    for (;; await sleep(100)) if (await ask(port, 'GET', '/-/ready').then((x) => x.status === 200, () => false)) break;
    await body(get);
  } finally {
    child.kill();
    await once(child, 'exit');
    rmSync(dir, { recursive: true });
  }
}

describe('what is to be monitored', limit, () => {
  it('is alerted of as promised', () => {
    for (const args of [
      ['check', 'rules', rules],
      ['test', 'rules', path.join(folder, 'prometheus/cafq_test.yml')],
    ])
      execFileSync('promtool', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  });

  it('is there', () =>
    withBroker({}, (broker) =>
      withClients(broker.port, async (connect) => {
        for (const name of ['busy', 'stuck']) {
          await ask(broker.httpPort, 'POST', `/topic/create?topic=${name}`);
          await ask(broker.httpPort, 'POST', `/channel/create?topic=${name}&channel=c`);
        }
        const publisher = await connect();
        const consumer = await connect();
        await consumer.subscribe('busy', 'c');
        consumer.rdy(1);
        await withPrometheus(broker, async (get) => {
          const query = (expr) => get(`/api/v1/query?query=${encodeURIComponent(expr)}`);
          for (let i = 0; i < 12; ++i) {
            publisher.send(mpub('busy', ['a', 'b']));
            publisher.send(mpub('stuck', ['a']));
            await publisher.ok();
            await publisher.ok();
            await sleep(500);
          }
          const { panels } = JSON.parse(readFileSync(path.join(folder, 'grafana/cafq.json'), 'utf8'));
          const exprs = panels.flatMap((x) => x.targets ?? []).map((x) => x.expr);
          assert.ok(exprs.length > 20);
          for (const x of exprs) {
            const expr = x.replaceAll(/\$(instance|topic)/g, '.*').replaceAll('$__rate_interval', '5s');
            const { status, data, error } = await query(expr);
            assert.equal(status, 'success', `${expr}: ${error}`);
            // Some find only what is not as it should be.
            if (!/> 0/.test(expr)) assert.ok(data.result.length > 0, expr);
          }
          const { data } = await get('/api/v1/rules');
          const all = data.groups.flatMap((x) => x.rules);
          assert.equal(all.length, 11);
          for (const x of all) assert.equal(x.health, 'ok', JSON.stringify(x));
          const alone = all.find((x) => x.name === 'CafqChannelWithoutConsumer');
          assert.deepEqual(alone.alerts.map((x) => [x.labels.topic, x.state]), [['stuck', 'pending']]);
          // Every figure that a rule names is one that a broker has.
          const names = new Set(readFileSync(rules, 'utf8').match(/\b(nsq|cafq)_[a-z_]+\b/g));
          for (const name of names) {
            const found = await query(`count({__name__="${name}"})`);
            assert.ok(found.data.result.length > 0, name);
          }
        });
      }),
    ));
});
