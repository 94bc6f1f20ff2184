// Files as nsqd 1.3.0 leaves them.

import { writeFileSync } from 'node:fs';
import path from 'node:path';

// What the i-th message has, which no other is like.
export const nsqdMessage = (i) => ({
  timestamp: 1700000000000000000n + BigInt(i),
  attempts: i % 3,
  body: String(i).padStart(10, '0'),
});

// The records of messages `first` to `first + count - 1`: length, timestamp,
// attempts, id, body.
export function records(first, count) {
  return Buffer.concat(
    Array.from({ length: count }, (_, k) => {
      const { timestamp, attempts, body } = nsqdMessage(first + k);
      const head = Buffer.alloc(14);
      head.writeUInt32BE(26 + body.length, 0);
      head.writeBigInt64BE(timestamp, 4);
      head.writeUInt16BE(attempts, 12);
      return Buffer.concat([head, Buffer.from((first + k).toString(16).padStart(16, '0')), Buffer.from(body)]);
    }),
  );
}

export const dataName = (queue, number) => `${queue}.diskqueue.${String(number).padStart(6, '0')}.dat`;

export function writeFiles(folder, files) {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
}

export const nsqdDat = (topics) => JSON.stringify({ topics, version: '1.3.0' });
