// What bench/run and bench/growth make of their command line alike.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

const common = {
  cafq: { type: 'string', default: path.join(root, 'build/release/cafq') },
  only: { type: 'string', default: '' },
  seconds: { type: 'string', default: '4' },
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  paste: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

// Ends the process for --help and where --paste would show a part as the whole.
export function readOptions(usage, own) {
  const { values } = parseArgs({ options: { ...common, ...own } });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  if (values.paste && (values.only || values.quick)) {
    console.error('--paste takes the whole set');
    process.exit(2);
  }
  return values;
}
