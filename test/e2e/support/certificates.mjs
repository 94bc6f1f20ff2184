// Certificates, made by the openssl command for the test that needs them.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(os.tmpdir(), 'cafq-e2e-tls-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const openssl = (...args) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const rsa = (bits) => ['-newkey', `rsa:${bits}`, '-nodes'];

// An authority. `certificate` gives the paths of what it signed.
export class Authority {
  constructor(name) {
    this.name = name;
    const { crt, key } = this.#files(name);
    openssl(
      ...['req', '-x509', ...curve, '-keyout', key, '-out', crt],
      ...['-subj', `/CN=${name}`, '-days', '10'],
    );
    this.file = crt;
    this.pem = readFileSync(crt);
  }

  // With a key of an elliptic curve unless `bits` says how long RSA's is to be.
  certificate(name, { digest = '-sha256', days = 10, bits } = {}) {
    const { crt, key, csr } = this.#files(`${this.name}-${name}`);
    const own = this.#files(this.name);
    const kind = bits ? rsa(bits) : curve;
    openssl('req', '-new', ...kind, '-keyout', key, '-out', csr, '-subj', `/CN=${name}`);
    openssl(
      ...['x509', '-req', digest, '-in', csr, '-out', crt, '-days', `${days}`],
      ...['-CA', own.crt, '-CAkey', own.key, '-CAcreateserial'],
    );
    return { crt, key, cert: readFileSync(crt), keyText: readFileSync(key) };
  }

  #files(name) {
    const file = path.join(folder, name);
    return { crt: `${file}.crt`, key: `${file}.key`, csr: `${file}.csr` };
  }
}

export const serving = ({ crt, key }) => [`--tls-cert=${crt}`, `--tls-key=${key}`];
