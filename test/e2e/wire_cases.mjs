// What goes over the wire, byte by byte: data for wire.test.mjs.
//
// A row is a number, a name and the steps of one connection, made for a topic
// name of its own. The magic is sent first unless `magic: false`. A row whose
// broker-specific part differs has `cafqd: { why, steps }`: what cafqd does
// otherwise than nsqd 1.3.0, on purpose. docs/COMPATIBILITY.md lists those.
// `modes` limits the ways the row is sent; only the first `frames` of the answer
// are frames, because a compressed stream follows.

import { connection } from './cases/connection.mjs';
import { consuming } from './cases/consuming.mjs';
import { identifying } from './cases/identifying.mjs';
import { publishing } from './cases/publishing.mjs';

export const wireCases = [...connection, ...publishing, ...consuming, ...identifying];
