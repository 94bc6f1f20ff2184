// The steps rows are made of, and rows that look alike.

import { bytes } from '../support/wire.mjs';

export const send = (...parts) => ({ send: bytes(...parts) });
export const response = (text) => ({ response: text });
export const error = (text) => ({ error: text });
export const ok = response('OK');
// No frame, and the end: a reset will do as well.
export const eof = { eof: true };
export const halfClose = { halfClose: true };
export const raw = (hex) => ({
  raw: Buffer.from(hex.replace(/[^0-9a-f]/g, ''), 'hex'),
});
// Nothing was sent and the connection is open.
export const alive = { alive: true };
// What follows is of no interest.
export const abandon = { abandon: true };

export const fatal = (text) => [error(text), eof];
// One line and the error that ends the connection.
export const dies = (line, text) => () => [send(line), ...fatal(text)];
export const lives = (line) => () => [send(line), alive];
// The same on a subscribed connection, on one that has sent CLS.
export const subscribed = (t) => [send(`SUB ${t} d#ephemeral\n`), ok];
export const subscribedDies = (line, text) => (t) => [
  ...subscribed(t),
  send(line),
  ...fatal(text),
];
export const subscribedLives = (line) => (t) => [...subscribed(t), send(line), alive];
export const closing = (t) => [...subscribed(t), send('CLS\n'), response('CLOSE_WAIT')];

export const badTopic = (command, name, doubled = '') =>
  `${doubled}E_BAD_TOPIC ${command} topic name "${name}" is not valid`;

export const id = '0123456789abcdef';

// Rows that differ in one value.
export function each(n, values, row) {
  return values.map((value) => ({ n, ...row(value) }));
}
