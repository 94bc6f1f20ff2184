// The start of a connection, and lines.

import { pub } from '../support/wire.mjs';
import {
  alive,
  dies,
  each,
  eof,
  fatal,
  halfClose,
  lives,
  ok,
  response,
  send,
} from './steps.mjs';

export const connection = [
  ...each(1, ['  V1'], (magic) => ({
    name: `magic '${magic}'`,
    magic: false,
    steps: () => [send(magic), ...fatal('E_BAD_PROTOCOL')],
  })),
  {
    n: 2,
    name: 'an HTTP request for magic',
    magic: false,
    steps: () => [send('GET '), ...fatal('E_BAD_PROTOCOL')],
  },
  {
    n: 3,
    name: 'half a magic, then the end',
    magic: false,
    steps: () => [send('  '), halfClose, eof],
  },
  { n: 5, name: 'an empty line', steps: dies('\n', 'E_INVALID invalid command ') },
  {
    n: 6,
    name: 'an empty line with CR',
    steps: dies('\r\n', 'E_INVALID invalid command '),
  },
  ...each(7, ['NOP\n', 'NOP\r\n', 'NOP \n', 'NOP x y\n'], (line) => ({
    name: JSON.stringify(line),
    steps: lives(line),
  })),
  { n: 8, name: 'lower case', steps: dies('nop\n', 'E_INVALID invalid command nop') },
  {
    n: 9,
    name: 'a space in front',
    steps: dies(' NOP\n', 'E_INVALID invalid command '),
  },
  {
    n: 10,
    name: 'two CR',
    steps: dies('NOP\r\r\n', 'E_INVALID invalid command NOP\r'),
  },
  {
    n: 11,
    name: 'an unknown command of 16,383 bytes is named in full',
    steps: dies(
      'A'.repeat(16383) + '\n',
      'E_INVALID invalid command ' + 'A'.repeat(16383),
    ),
  },
  {
    n: 12,
    name: 'a line of 16,385 bytes ends the connection without a frame',
    steps: () => [send('A'.repeat(16384) + '\n'), eof],
  },
  {
    n: 12,
    name: 'a line of 16,384 bytes without its end, too',
    steps: () => [send('A'.repeat(16384)), eof],
  },
  {
    n: 13,
    name: 'a line of 16,384 bytes',
    steps: lives('NOP ' + 'x'.repeat(16379) + '\n'),
  },
  {
    n: 14,
    name: 'bytes that are no text come back as they were',
    steps: dies('\xff\x00abc\n', 'E_INVALID invalid command \xff\x00abc'),
  },
  {
    n: 15,
    name: 'the end in the middle of a line',
    steps: () => [send('PUB t'), halfClose, eof],
  },
  { n: 16, name: 'PUB', steps: (t) => [send(pub(t, 'x')), ok, alive] },
  {
    n: 17,
    name: 'a tab does not separate',
    steps: dies('NOP\tx\n', 'E_INVALID invalid command NOP\tx'),
  },
  {
    n: '1.3',
    name: 'commands in one packet are answered in order',
    steps: (t) => [
      send(pub(t, 'a'), 'NOP\n', pub(t, 'b'), `SUB ${t} d#ephemeral\n`, 'CLS\n'),
      ok,
      ok,
      ok,
      response('CLOSE_WAIT'),
      alive,
    ],
  },
  {
    n: '1.4',
    name: 'a half-closed client gets its answers',
    steps: (t) => [send(pub(t, 'a'), pub(t, 'b')), halfClose, ok, ok, eof],
  },
];
