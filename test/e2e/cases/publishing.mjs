// PUB, DPUB and MPUB.

import { L, pub } from '../support/wire.mjs';
import { alive, badTopic, dies, each, fatal, halfClose, ok, send } from './steps.mjs';

const longest = 't'.repeat(64);
const tooLong = 't'.repeat(65);
const longestEphemeral = 't'.repeat(54) + '#ephemeral';
const tooLongEphemeral = 't'.repeat(55) + '#ephemeral';

export const publishing = [
  {
    n: 18,
    name: 'PUB without a topic',
    steps: dies('PUB\n', 'E_INVALID PUB insufficient number of parameters'),
  },
  {
    n: 19,
    name: 'PUB with an empty topic',
    steps: dies('PUB \n', badTopic('PUB', '')),
  },
  {
    n: 20,
    name: 'PUB, two spaces, a topic',
    steps: dies('PUB  t\n', badTopic('PUB', '')),
  },
  {
    n: 21,
    name: 'PUB with an empty second parameter',
    steps: (t) => [send(`PUB ${t} \n`, L(1), 'x'), ok, alive],
  },
  {
    n: 22,
    name: 'PUB to a bad topic waits for no body',
    steps: dies('PUB a$b\n', badTopic('PUB', 'a$b')),
  },
  {
    n: 23,
    name: 'a bad topic is quoted as Go does',
    steps: dies(
      'PUB a\xff\x01\x7f"\\\xc3\xa9\n',
      badTopic('PUB', 'a\\xff\\x01\\x7f\\"\\\\\xc3\xa9'),
    ),
  },
  {
    n: 24,
    name: 'a tab in a topic',
    steps: dies('PUB a\tb\n', badTopic('PUB', 'a\\tb')),
  },
  {
    n: 24,
    name: 'every short escape Go knows, and others',
    steps: dies(
      'PUB \x07\x08\x0b\x0c\r\x1b\x00\n',
      badTopic('PUB', '\\a\\b\\v\\f\\r\\x1b\\x00'),
    ),
  },
  {
    n: 24,
    name: 'runes that do not print',
    // A no-break space, the last code point, a surrogate, a cut-off sequence.
    steps: dies(
      'PUB \xc2\xa0\xf4\x8f\xbf\xbf\xed\xa0\x80\xe2\x82\n',
      badTopic('PUB', '\\u00a0\\U0010ffff\\xed\\xa0\\x80\\xe2\\x82'),
    ),
  },
  {
    n: 25,
    name: 'a topic of 64 characters',
    steps: () => [send(pub(longest, 'x')), ok, alive],
  },
  {
    n: 25,
    name: 'a topic of 65 characters',
    steps: dies(`PUB ${tooLong}\n`, badTopic('PUB', tooLong)),
  },
  {
    n: 26,
    name: '54 characters, ephemeral',
    steps: () => [send(pub(longestEphemeral, 'x')), ok, alive],
  },
  {
    n: 26,
    name: '55 characters, ephemeral',
    steps: dies(`PUB ${tooLongEphemeral}\n`, badTopic('PUB', tooLongEphemeral)),
  },
  ...each(
    27,
    ['#ephemeral', 'a#eph', 'a#ephemeralx', 'a#Ephemeral', 'a#ephemeral#ephemeral'],
    (name) => ({
      name: `topic ${name}`,
      steps: dies(`PUB ${name}\n`, badTopic('PUB', name)),
    }),
  ),
  ...each(27, ['.', '-', '_', 'A.b-C_9'], (name) => ({
    name: `topic ${name} is good`,
    steps: () => [send(pub(name, 'x')), ok, alive],
  })),
  ...[
    [28, 0, 'invalid message body size 0'],
    [29, -1, 'invalid message body size -1'],
    [30, 0x80000000, 'invalid message body size -2147483648'],
    [31, 1048577, 'message too big 1048577 > 1048576'],
    [31, 0x7fffffff, 'message too big 2147483647 > 1048576'],
  ].flatMap(([n, size, text]) =>
    each(n, ['PUB t', 'DPUB t 0'], (line) => ({
      name: `${line} with size ${size}`,
      steps: () => [
        send(`${line}\n`, L(size)),
        ...fatal(`E_BAD_MESSAGE ${line.split(' ')[0]} ${text}`),
      ],
    })),
  ),
  {
    n: 32,
    name: 'the biggest message',
    steps: (t) => [send(pub(t, Buffer.alloc(1048576, 'x'))), ok, alive],
  },
  ...each(33, ['PUB t', 'DPUB t 0'], (line) => ({
    name: `${line}, the end within the body`,
    steps: () => [
      send(`${line}\n`, L(10), 'abc'),
      halfClose,
      ...fatal(`E_BAD_MESSAGE ${line.split(' ')[0]} failed to read message body`),
    ],
  })),
  ...each(34, ['PUB t', 'DPUB t 0'], (line) => ({
    name: `${line}, the end within the size`,
    steps: () => [
      send(`${line}\n`, '\0\0'),
      halfClose,
      ...fatal(`E_BAD_MESSAGE ${line.split(' ')[0]} failed to read message body size`),
    ],
  })),
  ...each(36, ['DPUB\n', 'DPUB t\n'], (line) => ({
    name: JSON.stringify(line),
    steps: dies(line, 'E_INVALID DPUB insufficient number of parameters'),
  })),
  {
    n: 37,
    name: 'DPUB complains about the topic first',
    steps: dies('DPUB $ abc\n', badTopic('DPUB', '$')),
  },
  ...each(38, ['abc', '-1', '1.5', '+1', '0x10'], (timeout) => ({
    name: `DPUB with timeout ${timeout}`,
    steps: dies(
      `DPUB t ${timeout}\n`,
      `E_INVALID DPUB could not parse timeout ${timeout}`,
    ),
  })),
  {
    n: 39,
    name: 'DPUB for an hour',
    steps: (t) => [send(`DPUB ${t} 3600000\n`, L(1), 'x'), ok, alive],
  },
  ...[
    [39, '3600001'],
    [40, '18446744073709551615'],
    [40, '9223372036855'],
  ].map(([n, timeout]) => ({
    n,
    name: `DPUB for ${timeout} ms`,
    steps: dies(
      `DPUB t ${timeout}\n`,
      `E_INVALID DPUB timeout ${timeout} out of range 0-3600000`,
    ),
  })),
  ...[
    [41, ''],
    [42, '18446744073710'],
    [42, '18446744073709551616'],
  ].map(([n, timeout]) => ({
    n,
    name: `DPUB with timeout '${timeout}'`,
    steps: (t) => [send(`DPUB ${t} ${timeout}\n`, L(1), 'x'), ok, alive],
  })),
  {
    n: 43,
    name: 'MPUB to a bad topic',
    steps: dies('MPUB $\n', badTopic('MPUB', '$', 'E_BAD_TOPIC ')),
  },
  {
    n: 43,
    name: 'MPUB without a topic',
    steps: dies('MPUB\n', 'E_INVALID MPUB insufficient number of parameters'),
  },
  ...[
    [44, [L(0)], 'E_BAD_BODY MPUB invalid body size 0'],
    [44, [L(-5)], 'E_BAD_BODY MPUB invalid body size -5'],
    [45, [L(5242881)], 'E_BAD_BODY MPUB body too big 5242881 > 5242880'],
    [46, [L(4), L(0)], 'E_BAD_BODY MPUB invalid message count 0'],
    [46, [L(4), L(-1)], 'E_BAD_BODY MPUB invalid message count -1'],
    [47, [L(4), L(1048576)], 'E_BAD_BODY MPUB invalid message count 1048576'],
    [48, [L(8), L(1), L(0)], 'E_BAD_MESSAGE MPUB invalid message(0) body size 0'],
    [48, [L(8), L(1), L(-7)], 'E_BAD_MESSAGE MPUB invalid message(0) body size -7'],
    [
      49,
      [L(500), L(2), L(3), 'abc', L(0)],
      'E_BAD_MESSAGE MPUB invalid message(1) body size 0',
    ],
    [
      50,
      [L(8), L(1), L(1048577)],
      'E_BAD_MESSAGE MPUB message too big 1048577 > 1048576',
    ],
  ].map(([n, body, text]) => ({
    n,
    name: `MPUB: ${text}`,
    steps: (t) => [send(`MPUB ${t}\n`, ...body), ...fatal(text)],
  })),
  ...[
    [47, [L(4), L(1048575)], 'E_BAD_MESSAGE MPUB failed to read message(0) body size'],
    [
      53,
      [L(500), L(2), L(3), 'abc', '\0\0'],
      'E_BAD_MESSAGE MPUB failed to read message(1) body size',
    ],
    [
      53,
      [L(500), L(2), L(3), 'abc', L(3), 'd'],
      'E_BAD_MESSAGE MPUB failed to read message body',
    ],
    [54, [L(500)], 'E_BAD_BODY MPUB failed to read message count'],
    [54, ['\0'], 'E_BAD_BODY MPUB failed to read body size'],
  ].map(([n, body, text]) => ({
    n,
    name: `MPUB, then the end: ${text}`,
    steps: (t) => [send(`MPUB ${t}\n`, ...body), halfClose, ...fatal(text)],
  })),
  {
    n: 51,
    name: 'MPUB that declares too small a size',
    steps: (t) => [send(`MPUB ${t}\n`, L(1), L(1), L(3), 'abc'), ok, alive],
  },
  {
    n: 52,
    name: 'MPUB that declares too big a size',
    steps: (t) => [
      send(`MPUB ${t}\n`, L(500), L(1), L(3), 'abc', 'FOO\n'),
      ok,
      ...fatal('E_INVALID invalid command FOO'),
    ],
  },
];
