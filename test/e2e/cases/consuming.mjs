// SUB, RDY, FIN, REQ, TOUCH and CLS.

import { identify, pub } from '../support/wire.mjs';
import {
  alive,
  badTopic,
  closing,
  dies,
  each,
  error,
  fatal,
  id,
  ok,
  send,
  subscribed,
  subscribedDies,
  subscribedLives,
} from './steps.mjs';

export const consuming = [
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
  {
    n: 57,
    name: 'SUB twice',
    steps: subscribedDies('SUB t c\n', 'E_INVALID cannot SUB in current state'),
  },
  {
    n: 58,
    name: 'IDENTIFY after SUB',
    steps: subscribedDies('IDENTIFY\n', 'E_INVALID cannot IDENTIFY in current state'),
  },
  {
    n: 58,
    name: 'AUTH after SUB',
    steps: subscribedDies('AUTH\n', 'E_INVALID cannot AUTH in current state'),
  },
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
  ].map(([n, line]) => ({
    n,
    name: JSON.stringify(line),
    steps: subscribedLives(line),
  })),
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
    steps: (t) => [
      ...closing(t),
      send('SUB t c\n'),
      ...fatal('E_INVALID cannot SUB in current state'),
    ],
  },
  {
    n: 89,
    name: 'PUB after CLS',
    steps: (t) => [...closing(t), send(pub(t + '_other', 'x')), ok, alive],
  },
  { n: 89, name: 'NOP after CLS', steps: (t) => [...closing(t), send('NOP\n'), alive] },
];
