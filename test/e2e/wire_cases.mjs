// What goes over the wire, byte by byte: data for wire.test.mjs.
//
// A row is a number, a name and the steps of one connection, made for a topic
// name of its own. The magic is sent first unless `magic: false`. A row whose
// broker-specific part differs has `cafqd: { why, steps }`: what cafqd does
// otherwise than nsqd 1.3.0, on purpose. docs/COMPATIBILITY.md lists those.
// `modes` limits the ways the row is sent; of nsqd's answer only the first
// `frames` are frames, because a compressed stream follows.

import { L, bytes, identify, pub } from './support/wire.mjs';

// -- steps --------------------------------------------------------------------

const send = (...parts) => ({ send: bytes(...parts) });
const response = (text) => ({ response: text });
const error = (text) => ({ error: text });
const ok = response('OK');
const eof = { eof: true };
// The broker may end with a reset as well, and sends no frame.
const halfClose = { halfClose: true };
const raw = (hex) => ({ raw: Buffer.from(hex.replace(/[^0-9a-f]/g, ''), 'hex') });
// Nothing was sent and the connection is open.
const alive = { alive: true };
// What follows is of no interest.
const abandon = { abandon: true };

const fatal = (text) => [error(text), eof];
// One line and the error that ends the connection.
const dies = (line, text) => () => [send(line), ...fatal(text)];
const lives = (line) => () => [send(line), alive];
// The same on a subscribed connection, on one that has sent CLS.
const subscribed = (t) => [send(`SUB ${t} d#ephemeral\n`), ok];
const subscribedDies = (line, text) => (t) => [...subscribed(t), send(line), ...fatal(text)];
const subscribedLives = (line) => (t) => [...subscribed(t), send(line), alive];
const closing = (t) => [...subscribed(t), send('CLS\n'), response('CLOSE_WAIT')];

const badTopic = (command, name, doubled = '') =>
  `${doubled}E_BAD_TOPIC ${command} topic name "${name}" is not valid`;

// The reply to an IDENTIFY with feature negotiation.
const negotiated = (changes = {}) =>
  response(
    JSON.stringify({
      max_rdy_count: 2500,
      version: '1.3.0',
      max_msg_timeout: 900000,
      msg_timeout: 60000,
      tls_v1: false,
      deflate: false,
      deflate_level: 6,
      max_deflate_level: 6,
      snappy: false,
      sample_rate: 0,
      auth_required: false,
      output_buffer_size: 16384,
      output_buffer_timeout: 250,
      ...changes,
    }),
  );
const negotiate = (options) => send(identify({ feature_negotiation: true, ...options }));

const identifyDies = (body, text) => () => [
  send(identify(body)),
  ...fatal(`E_BAD_BODY IDENTIFY ${text}`),
];
const identifyLives = (body) => () => [send(identify(body)), ok, alive];
const undecodable = 'failed to decode JSON body';

const id = '0123456789abcdef';
const notYet = 'TLS, snappy and deflate do not exist yet and are answered false';

// -- rows that differ in one value --------------------------------------------

function each(n, values, row) {
  return values.map((value) => ({ n, ...row(value) }));
}

// Valid and invalid values of one number of IDENTIFY.
function range(n, field, label, invalid, valid) {
  return [
    ...each(n, invalid, (value) => ({
      name: `IDENTIFY ${field} ${value} is refused`,
      steps: identifyDies({ [field]: value }, `${label} (${value}) is invalid`),
    })),
    ...each(n, valid, (value) => ({
      name: `IDENTIFY ${field} ${value} is taken`,
      steps: identifyLives({ [field]: value }),
    })),
  ];
}

// -- connection and lines -----------------------------------------------------

const connection = [
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
  { n: 6, name: 'an empty line with CR', steps: dies('\r\n', 'E_INVALID invalid command ') },
  ...each(7, ['NOP\n', 'NOP\r\n', 'NOP \n', 'NOP x y\n'], (line) => ({
    name: JSON.stringify(line),
    steps: lives(line),
  })),
  { n: 8, name: 'lower case', steps: dies('nop\n', 'E_INVALID invalid command nop') },
  { n: 9, name: 'a space in front', steps: dies(' NOP\n', 'E_INVALID invalid command ') },
  { n: 10, name: 'two CR', steps: dies('NOP\r\r\n', 'E_INVALID invalid command NOP\r') },
  {
    n: 11,
    name: 'an unknown command of 16,383 bytes is named in full',
    steps: dies('A'.repeat(16383) + '\n', 'E_INVALID invalid command ' + 'A'.repeat(16383)),
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
  { n: 17, name: 'a tab does not separate', steps: dies('NOP\tx\n', 'E_INVALID invalid command NOP\tx') },
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

// -- PUB, DPUB, MPUB ----------------------------------------------------------

const longest = 't'.repeat(64);
const tooLong = 't'.repeat(65);
const longestEphemeral = 't'.repeat(54) + '#ephemeral';
const tooLongEphemeral = 't'.repeat(55) + '#ephemeral';

const publishing = [
  { n: 18, name: 'PUB without a topic', steps: dies('PUB\n', 'E_INVALID PUB insufficient number of parameters') },
  { n: 19, name: 'PUB with an empty topic', steps: dies('PUB \n', badTopic('PUB', '')) },
  { n: 20, name: 'PUB, two spaces, a topic', steps: dies('PUB  t\n', badTopic('PUB', '')) },
  {
    n: 21,
    name: 'PUB with an empty second parameter',
    steps: (t) => [send(`PUB ${t} \n`, L(1), 'x'), ok, alive],
  },
  { n: 22, name: 'PUB to a bad topic waits for no body', steps: dies('PUB a$b\n', badTopic('PUB', 'a$b')) },
  {
    n: 23,
    name: 'a bad topic is quoted as Go does',
    steps: dies('PUB a\xff\x01\x7f"\\\xc3\xa9\n', badTopic('PUB', 'a\\xff\\x01\\x7f\\"\\\\\xc3\xa9')),
  },
  { n: 24, name: 'a tab in a topic', steps: dies('PUB a\tb\n', badTopic('PUB', 'a\\tb')) },
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
  { n: 25, name: 'a topic of 64 characters', steps: () => [send(pub(longest, 'x')), ok, alive] },
  { n: 25, name: 'a topic of 65 characters', steps: dies(`PUB ${tooLong}\n`, badTopic('PUB', tooLong)) },
  { n: 26, name: '54 characters, ephemeral', steps: () => [send(pub(longestEphemeral, 'x')), ok, alive] },
  {
    n: 26,
    name: '55 characters, ephemeral',
    steps: dies(`PUB ${tooLongEphemeral}\n`, badTopic('PUB', tooLongEphemeral)),
  },
  ...each(
    27,
    ['#ephemeral', 'a#eph', 'a#ephemeralx', 'a#Ephemeral', 'a#ephemeral#ephemeral'],
    (name) => ({ name: `topic ${name}`, steps: dies(`PUB ${name}\n`, badTopic('PUB', name)) }),
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
  { n: 37, name: 'DPUB complains about the topic first', steps: dies('DPUB $ abc\n', badTopic('DPUB', '$')) },
  ...each(38, ['abc', '-1', '1.5', '+1', '0x10'], (timeout) => ({
    name: `DPUB with timeout ${timeout}`,
    steps: dies(`DPUB t ${timeout}\n`, `E_INVALID DPUB could not parse timeout ${timeout}`),
  })),
  { n: 39, name: 'DPUB for an hour', steps: (t) => [send(`DPUB ${t} 3600000\n`, L(1), 'x'), ok, alive] },
  ...[
    [39, '3600001'],
    [40, '18446744073709551615'],
    [40, '9223372036855'],
  ].map(([n, timeout]) => ({
    n,
    name: `DPUB for ${timeout} ms`,
    steps: dies(`DPUB t ${timeout}\n`, `E_INVALID DPUB timeout ${timeout} out of range 0-3600000`),
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
  { n: 43, name: 'MPUB to a bad topic', steps: dies('MPUB $\n', badTopic('MPUB', '$', 'E_BAD_TOPIC ')) },
  { n: 43, name: 'MPUB without a topic', steps: dies('MPUB\n', 'E_INVALID MPUB insufficient number of parameters') },
  ...[
    [44, [L(0)], 'E_BAD_BODY MPUB invalid body size 0'],
    [44, [L(-5)], 'E_BAD_BODY MPUB invalid body size -5'],
    [45, [L(5242881)], 'E_BAD_BODY MPUB body too big 5242881 > 5242880'],
    [46, [L(4), L(0)], 'E_BAD_BODY MPUB invalid message count 0'],
    [46, [L(4), L(-1)], 'E_BAD_BODY MPUB invalid message count -1'],
    [47, [L(4), L(1048576)], 'E_BAD_BODY MPUB invalid message count 1048576'],
    [48, [L(8), L(1), L(0)], 'E_BAD_MESSAGE MPUB invalid message(0) body size 0'],
    [48, [L(8), L(1), L(-7)], 'E_BAD_MESSAGE MPUB invalid message(0) body size -7'],
    [49, [L(500), L(2), L(3), 'abc', L(0)], 'E_BAD_MESSAGE MPUB invalid message(1) body size 0'],
    [50, [L(8), L(1), L(1048577)], 'E_BAD_MESSAGE MPUB message too big 1048577 > 1048576'],
  ].map(([n, body, text]) => ({
    n,
    name: `MPUB: ${text}`,
    steps: (t) => [send(`MPUB ${t}\n`, ...body), ...fatal(text)],
  })),
  ...[
    [47, [L(4), L(1048575)], 'E_BAD_MESSAGE MPUB failed to read message(0) body size'],
    [53, [L(500), L(2), L(3), 'abc', '\0\0'], 'E_BAD_MESSAGE MPUB failed to read message(1) body size'],
    [53, [L(500), L(2), L(3), 'abc', L(3), 'd'], 'E_BAD_MESSAGE MPUB failed to read message body'],
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

// -- SUB, RDY, FIN, REQ, TOUCH, CLS -------------------------------------------

const consuming = [
  ...each(55, ['SUB\n', 'SUB t\n'], (line) => ({
    name: JSON.stringify(line),
    steps: dies(line, 'E_INVALID SUB insufficient number of parameters'),
  })),
  { n: 56, name: 'SUB to a bad topic', steps: dies('SUB $ c\n', badTopic('SUB', '$')) },
  {
    n: 56,
    name: 'SUB to a bad channel',
    steps: dies('SUB t $\n', 'E_BAD_CHANNEL SUB channel name "$" is not valid'),
  },
  {
    n: 56,
    name: 'SUB to an empty channel',
    steps: dies('SUB t \n', 'E_BAD_CHANNEL SUB channel name "" is not valid'),
  },
  { n: 57, name: 'SUB twice', steps: subscribedDies('SUB t c\n', 'E_INVALID cannot SUB in current state') },
  {
    n: 58,
    name: 'IDENTIFY after SUB',
    steps: subscribedDies('IDENTIFY\n', 'E_INVALID cannot IDENTIFY in current state'),
  },
  { n: 58, name: 'AUTH after SUB', steps: subscribedDies('AUTH\n', 'E_INVALID cannot AUTH in current state') },
  {
    n: 59,
    name: 'PUB after SUB',
    steps: (t) => [...subscribed(t), send(pub(t + '_other', 'x')), ok, alive],
  },
  {
    n: 60,
    name: 'SUB with a parameter too many',
    steps: (t) => [send(`SUB ${t} d#ephemeral junk\n`), ok, alive],
  },
  {
    n: 61,
    name: 'SUB with heartbeats off',
    steps: (t) => [
      send(identify({ heartbeat_interval: -1 })),
      ok,
      send(`SUB ${t} c\n`),
      ...fatal('E_INVALID cannot SUB with heartbeats disabled'),
    ],
  },
  ...each(63, ['RDY 1', `FIN ${id}`, `REQ ${id} 0`, `TOUCH ${id}`, 'CLS'], (line) => ({
    name: `${line} before SUB`,
    steps: dies(`${line}\n`, `E_INVALID cannot ${line.split(' ')[0]} in current state`),
  })),
  ...[
    [64, 'RDY\n'],
    [65, 'RDY \n'],
    [66, 'RDY 2500\n'],
    [69, 'RDY 18446744073709551616\n'],
  ].map(([n, line]) => ({ n, name: JSON.stringify(line), steps: subscribedLives(line) })),
  ...[
    [66, 'RDY 2501', 'RDY count 2501 out of range 0-2500'],
    [67, 'RDY -1', 'RDY could not parse count -1'],
    [67, 'RDY abc', 'RDY could not parse count abc'],
    [67, 'RDY 1.0', 'RDY could not parse count 1.0'],
    [68, 'RDY 18446744073709551615', 'RDY count -1 out of range 0-2500'],
    [70, 'FIN', 'FIN insufficient number of params'],
    [70, 'TOUCH', 'TOUCH insufficient number of params'],
    [71, 'FIN abc', 'invalid message ID'],
    [71, 'FIN ', 'invalid message ID'],
    [71, `FIN ${id}0`, 'invalid message ID'],
    [71, 'TOUCH abc', 'invalid message ID'],
    [76, 'REQ', 'REQ insufficient number of params'],
    [76, `REQ ${id}`, 'REQ insufficient number of params'],
    [77, 'REQ abc abc', 'invalid message ID'],
    [78, `REQ ${id} abc`, 'REQ could not parse timeout abc'],
    [78, `REQ ${id} -1`, 'REQ could not parse timeout -1'],
  ].map(([n, line, text]) => ({
    n,
    name: `'${line}' after SUB`,
    steps: subscribedDies(`${line}\n`, `E_INVALID ${text}`),
  })),
  ...[
    ['FIN', id, ''],
    ['FIN', '\xff\x00 no hex no '.replaceAll(' ', '_').padEnd(16, '!'), ''],
    ['REQ', id, ' 0'],
    ['REQ', id, ' '],
    ['TOUCH', id, ''],
  ].map(([command, which, rest]) => ({
    n: 72,
    name: `${command} of an unknown message${rest && ` with '${rest}'`} (${which.length} bytes)`,
    steps: (t) => [
      ...subscribed(t),
      send(`${command} ${which}${rest}\n`),
      error(`E_${command}_FAILED ${command} ${which} failed ID not in flight`),
      alive,
    ],
  })),
  { n: 84, name: 'CLS', steps: (t) => [...closing(t), alive] },
  ...each(85, ['RDY 1', 'RDY 99999', 'RDY abc'], (line) => ({
    name: `${line} after CLS`,
    steps: (t) => [...closing(t), send(`${line}\n`), alive],
  })),
  ...each(86, ['CLS', 'IDENTIFY', 'AUTH'], (line) => ({
    name: `${line} after CLS`,
    steps: (t) => [
      ...closing(t),
      send(`${line}\n`),
      ...fatal(`E_INVALID cannot ${line} in current state`),
    ],
  })),
  {
    n: 88,
    name: 'SUB after CLS',
    steps: (t) => [...closing(t), send('SUB t c\n'), ...fatal('E_INVALID cannot SUB in current state')],
  },
  { n: 89, name: 'PUB after CLS', steps: (t) => [...closing(t), send(pub(t + '_other', 'x')), ok, alive] },
  { n: 89, name: 'NOP after CLS', steps: (t) => [...closing(t), send('NOP\n'), alive] },
];

// -- IDENTIFY, AUTH -----------------------------------------------------------

const identifying = [
  { n: 96, name: 'IDENTIFY {}', steps: identifyLives('{}') },
  { n: 97, name: 'IDENTIFY null', steps: identifyLives('null') },
  ...each(98, ['[]', '"x"', '1', '{', '{}x', '{"a":1,}', ' '], (body) => ({
    name: `IDENTIFY ${body}`,
    steps: identifyDies(body, undecodable),
  })),
  { n: 99, name: 'IDENTIFY with white space around', steps: identifyLives(' {} \n') },
  { n: 99, name: 'IDENTIFY with unknown fields', steps: identifyLives('{"x":{"y":[1,null]},"short_id":"a"}') },
  ...[
    [0, 'invalid body size 0'],
    [-1, 'invalid body size -1'],
    [5242881, 'body too big 5242881 > 5242880'],
  ].flatMap(([size, text]) =>
    ['IDENTIFY', 'AUTH'].map((command) => ({
      n: command === 'AUTH' ? 124 : 100,
      name: `${command} with size ${size}`,
      steps: () => [send(`${command}\n`, L(size)), ...fatal(`E_BAD_BODY ${command} ${text}`)],
    })),
  ),
  ...['IDENTIFY', 'AUTH'].flatMap((command) => [
    {
      n: '1.6',
      name: `${command}, the end within the size`,
      steps: () => [
        send(`${command}\n`, '\0\0\0'),
        halfClose,
        ...fatal(`E_BAD_BODY ${command} failed to read body size`),
      ],
    },
    {
      n: '1.6',
      name: `${command}, the end within the body`,
      steps: () => [
        send(`${command}\n`, L(3), '{}'),
        halfClose,
        ...fatal(`E_BAD_BODY ${command} failed to read body`),
      ],
    },
  ]),
  { n: 101, name: 'IDENTIFY negotiates', steps: () => [negotiate({}), negotiated(), alive] },
  {
    n: 101,
    name: 'keys of IDENTIFY in any case',
    steps: () => [send(identify('{"Feature_Negotiation":true,"MSG_TIMEOUT":2000}')), negotiated({ msg_timeout: 2000 }), alive],
  },
  {
    n: 102,
    name: 'IDENTIFY with a boolean in quotes',
    steps: identifyDies('{"feature_negotiation":"true"}', undecodable),
  },
  ...range(103, 'heartbeat_interval', 'heartbeat interval', [-2, 1, 999, 60001], [-1, 0, 1000, 60000]),
  ...each(104, ['"1000"', '1000.0', '1e3', 'true', '[1000]'], (value) => ({
    name: `IDENTIFY heartbeat_interval ${value}`,
    steps: identifyDies(`{"heartbeat_interval":${value}}`, undecodable),
  })),
  { n: 104, name: 'IDENTIFY heartbeat_interval null', steps: identifyLives('{"heartbeat_interval":null}') },
  ...range(105, 'output_buffer_timeout', 'output buffer timeout', [-2, 1, 24, 30001], [-1, 0, 25, 30000]),
  ...range(106, 'output_buffer_size', 'output buffer size', [-2, 1, 63, 65537], [-1, 0, 64, 65536]),
  ...range(107, 'sample_rate', 'sample rate', [-1, 100], [0, 1, 99]),
  { n: 107, name: 'IDENTIFY sample_rate 2^31', steps: identifyDies('{"sample_rate":2147483648}', undecodable) },
  ...range(108, 'msg_timeout', 'msg timeout', [-1, 1, 999, 900001], [0, 1000, 900000]),
  {
    n: 109,
    name: 'IDENTIFY names the first of five bad values',
    steps: identifyDies(
      {
        msg_timeout: 1,
        sample_rate: 100,
        output_buffer_size: 1,
        output_buffer_timeout: 1,
        heartbeat_interval: 1,
      },
      'heartbeat interval (1) is invalid',
    ),
  },
  {
    n: 110,
    name: 'IDENTIFY with a key twice',
    steps: identifyLives('{"heartbeat_interval":5,"heartbeat_interval":2000}'),
  },
  {
    n: 111,
    name: 'IDENTIFY with a client_id that is no UTF-8',
    steps: identifyLives('{"client_id":"\xff\xfe"}'),
  },
  {
    n: 112,
    name: 'IDENTIFY with both compressions',
    steps: () => [
      negotiate({ snappy: true, deflate: true }),
      ...fatal('E_IDENTIFY_FAILED cannot enable both deflate and snappy compression'),
    ],
    cafqd: {
      why: notYet,
      steps: () => [negotiate({ snappy: true, deflate: true }), negotiated(), alive],
    },
  },
  {
    n: 112,
    name: 'IDENTIFY with both compressions, without negotiation',
    steps: identifyLives({ snappy: true, deflate: true, tls_v1: true }),
  },
  {
    n: 113,
    name: 'IDENTIFY tls_v1 without a certificate',
    steps: () => [negotiate({ tls_v1: true }), negotiated({ tls_v1: false }), alive],
  },
  ...[
    [9, 6],
    [1, 1],
  ].map(([asked, given]) => ({
    n: 114,
    name: `IDENTIFY deflate_level ${asked}`,
    steps: () => [
      negotiate({ deflate: true, deflate_level: asked }),
      negotiated({ deflate: true, deflate_level: given }),
      abandon,
    ],
    frames: 1,
    cafqd: {
      why: notYet,
      steps: () => [negotiate({ deflate: true, deflate_level: asked }), negotiated(), alive],
    },
  })),
  {
    n: 114,
    name: 'IDENTIFY deflate_level without deflate',
    steps: () => [negotiate({ deflate_level: 1 }), negotiated({ deflate_level: 6 }), alive],
  },
  {
    n: 115,
    name: 'IDENTIFY output_buffer_size -1 turns the timeout off',
    steps: () => [
      negotiate({ output_buffer_size: -1, output_buffer_timeout: 100 }),
      negotiated({ output_buffer_size: 1, output_buffer_timeout: 0 }),
      alive,
    ],
  },
  {
    n: 115,
    name: 'IDENTIFY output_buffer_timeout -1',
    steps: () => [
      negotiate({ output_buffer_timeout: -1 }),
      negotiated({ output_buffer_timeout: 0 }),
      alive,
    ],
  },
  {
    n: 115,
    name: 'IDENTIFY answers with what was agreed',
    steps: () => [
      negotiate({
        client_id: 'c',
        hostname: 'h',
        user_agent: 'e2e/1',
        heartbeat_interval: 5000,
        output_buffer_size: 4096,
        output_buffer_timeout: 50,
        sample_rate: 7,
        msg_timeout: 3000,
      }),
      negotiated({
        output_buffer_size: 4096,
        output_buffer_timeout: 50,
        sample_rate: 7,
        msg_timeout: 3000,
      }),
      alive,
    ],
  },
  {
    n: 116,
    name: 'a second IDENTIFY keeps what it does not name',
    steps: () => [
      negotiate({ msg_timeout: 5000 }),
      negotiated({ msg_timeout: 5000 }),
      negotiate({}),
      negotiated({ msg_timeout: 5000 }),
      alive,
    ],
  },
  {
    n: 117,
    name: 'IDENTIFY snappy and a pipelined PUB',
    modes: ['in one write'],
    frames: 1,
    steps: (t) => [
      negotiate({ snappy: true }),
      send(pub(t, 'x')),
      negotiated({ snappy: true }),
      raw('ff060000 734e61507059 010e0000 26982bcf 00000006 00000000 4f4b'),
      halfClose,
      eof,
    ],
    cafqd: {
      why: notYet,
      steps: (t) => [negotiate({ snappy: true }), send(pub(t, 'x')), negotiated(), ok, alive],
    },
  },
  {
    n: 117,
    name: 'IDENTIFY without an upgrade and a pipelined PUB',
    steps: (t) => [negotiate({}), send(pub(t, 'x')), negotiated(), ok, alive],
  },
  {
    n: 122,
    name: 'AUTH where there is none',
    steps: () => [send('AUTH\n', L(3), 'abc'), ...fatal('E_AUTH_DISABLED AUTH disabled')],
  },
  ...each(123, ['AUTH x\n', 'AUTH \n'], (line) => ({
    name: JSON.stringify(line),
    steps: dies(line, 'E_INVALID AUTH invalid number of parameters'),
  })),
];

export const wireCases = [...connection, ...publishing, ...consuming, ...identifying];
