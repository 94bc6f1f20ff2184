// IDENTIFY and AUTH.

import { L, identify, pub } from '../support/wire.mjs';
import {
  abandon,
  alive,
  dies,
  each,
  eof,
  fatal,
  halfClose,
  ok,
  raw,
  response,
  send,
} from './steps.mjs';

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
const negotiate = (options) =>
  send(identify({ feature_negotiation: true, ...options }));

const identifyDies = (body, text) => () => [
  send(identify(body)),
  ...fatal(`E_BAD_BODY IDENTIFY ${text}`),
];
const identifyLives = (body) => () => [send(identify(body)), ok, alive];
const undecodable = 'failed to decode JSON body';

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

export const identifying = [
  { n: 96, name: 'IDENTIFY {}', steps: identifyLives('{}') },
  { n: 97, name: 'IDENTIFY null', steps: identifyLives('null') },
  ...each(98, ['[]', '"x"', '1', '{', '{}x', '{"a":1,}', ' '], (body) => ({
    name: `IDENTIFY ${body}`,
    steps: identifyDies(body, undecodable),
  })),
  { n: 99, name: 'IDENTIFY with white space around', steps: identifyLives(' {} \n') },
  {
    n: 99,
    name: 'IDENTIFY with unknown fields',
    steps: identifyLives('{"x":{"y":[1,null]},"short_id":"a"}'),
  },
  ...[
    [0, 'invalid body size 0'],
    [-1, 'invalid body size -1'],
    [5242881, 'body too big 5242881 > 5242880', 'body too big 5242881 > 65536'],
  ].flatMap(([size, text, ours]) =>
    ['IDENTIFY', 'AUTH'].map((command) => {
      const steps = (wanted) => () => [
        send(`${command}\n`, L(size)),
        ...fatal(`E_BAD_BODY ${command} ${wanted}`),
      ];
      return {
        n: command === 'AUTH' ? 124 : 100,
        name: `${command} with size ${size}`,
        steps: steps(text),
        ...(ours && { cafqd: { why: 'metadata are bounded', steps: steps(ours) } }),
      };
    }),
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
  {
    n: 101,
    name: 'IDENTIFY negotiates',
    steps: () => [negotiate({}), negotiated(), alive],
  },
  {
    n: 101,
    name: 'keys of IDENTIFY in any case',
    steps: () => [
      send(identify('{"Feature_Negotiation":true,"MSG_TIMEOUT":2000}')),
      negotiated({ msg_timeout: 2000 }),
      alive,
    ],
  },
  {
    n: 102,
    name: 'IDENTIFY with a boolean in quotes',
    steps: identifyDies('{"feature_negotiation":"true"}', undecodable),
  },
  ...range(
    103,
    'heartbeat_interval',
    'heartbeat interval',
    [-2, 1, 999, 60001],
    [-1, 0, 1000, 60000],
  ),
  ...each(104, ['"1000"', '1000.0', '1e3', 'true', '[1000]'], (value) => ({
    name: `IDENTIFY heartbeat_interval ${value}`,
    steps: identifyDies(`{"heartbeat_interval":${value}}`, undecodable),
  })),
  {
    n: 104,
    name: 'IDENTIFY heartbeat_interval null',
    steps: identifyLives('{"heartbeat_interval":null}'),
  },
  ...range(
    105,
    'output_buffer_timeout',
    'output buffer timeout',
    [-2, 1, 24, 30001],
    [-1, 0, 25, 30000],
  ),
  ...range(
    106,
    'output_buffer_size',
    'output buffer size',
    [-2, 1, 63, 65537],
    [-1, 0, 64, 65536],
  ),
  ...range(107, 'sample_rate', 'sample rate', [-1, 100], [0, 1, 99]),
  {
    n: 107,
    name: 'IDENTIFY sample_rate 2^31',
    steps: identifyDies('{"sample_rate":2147483648}', undecodable),
  },
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
  })),
  {
    n: 114,
    name: 'IDENTIFY deflate_level without deflate',
    steps: () => [
      negotiate({ deflate_level: 1 }),
      negotiated({ deflate_level: 6 }),
      alive,
    ],
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
  },
  {
    n: 117,
    name: 'IDENTIFY without an upgrade and a pipelined PUB',
    steps: (t) => [negotiate({}), send(pub(t, 'x')), negotiated(), ok, alive],
  },
  {
    n: 122,
    name: 'AUTH where there is none',
    steps: () => [
      send('AUTH\n', L(3), 'abc'),
      ...fatal('E_AUTH_DISABLED AUTH disabled'),
    ],
  },
  ...each(123, ['AUTH x\n', 'AUTH \n'], (line) => ({
    name: JSON.stringify(line),
    steps: dies(line, 'E_INVALID AUTH invalid number of parameters'),
  })),
];
