/** Whatever a server sends: nothing is thrown, and every call ends once. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GrpcCall } from '../../../server/storage/etcd/grpc-call.ts';
import { frameOf } from '../../../server/storage/etcd/grpc-frames.ts';
import { ClientConnection } from '../../../server/storage/etcd/http2/client-connection.ts';
import { FLAG, FRAME, frame, settingsFrame } from '../../bench/load/frames.ts';
import { HEAD, TRAILERS } from './peers.ts';

const CALLS = 4;

/** A connection without a network. */
class Wire extends Duplex {
  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  setNoDelay(): this {
    return this;
  }
}

const payloads = fc.oneof(
  fc.constantFrom(HEAD, TRAILERS, frameOf(Buffer.from('hello')), Buffer.alloc(8), Buffer.from([0, 0, 0, 1])),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const frames = fc
  .tuple(
    fc.oneof(fc.constantFrom(FRAME.data, FRAME.headers), fc.nat(11)),
    fc.oneof(fc.constantFrom(0, FLAG.endStream, FLAG.endHeaders, FLAG.endHeaders | FLAG.endStream), fc.nat(255)),
    fc.oneof(fc.constantFrom(0, 1, 3, 5, 7), fc.nat(10)),
    payloads,
  )
  .map((parts) => frame(...parts));

it('ends every call once, whatever comes', async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(frames, { maxLength: 30 }), fc.integer({ min: 1, max: 100 }), async (all, step) => {
      const wire = new Wire();
      let closed = 0;
      const connection = new ClientConnection(wire as unknown as Socket, {
        ready: () => undefined,
        leaving: () => undefined,
        closed: () => closed++,
      });
      wire.emit('data', settingsFrame([]));
      const ends = Array.from({ length: CALLS }, () => ({ count: 0 }));
      for (const own of ends) {
        const call = new GrpcCall({ message: () => undefined, end: () => void own.count++ });
        connection.request(Buffer.from([0x83]), call, frameOf(Buffer.alloc(1000)));
      }
      const bytes = Buffer.concat(all);
      for (let at = 0; at < bytes.length; at += step) wire.emit('data', bytes.subarray(at, at + step));
      if (closed === 0) ended += ends.filter(({ count }) => count > 0).length;
      connection.end();
      expect([closed, ...ends.map(({ count }) => count)]).toEqual([1, ...ends.map(() => 1)]);
    }),
    { seed: 7, numRuns: 3000 },
  );
  // Some of it is what servers say.
  expect(ended).toBeGreaterThan(20);
});
