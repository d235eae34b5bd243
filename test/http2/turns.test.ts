import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RawResponse } from '../../server/http/exchange.ts';
import { FLAG, FRAME, frame, windowUpdateFrame } from '../bench/load/frames.ts';
import { block, GET, type Http2Server, http2Server, RawClient } from './support.ts';

const BODY = Buffer.alloc(10_000, 'b');
let turn = 0;
/** The turn of the event loop in which each request was served. */
const turns: number[] = [];

function serve(_request: unknown, response: RawResponse): void {
  if (turns.length === 0 || turns.at(-1) !== turn) setImmediate(() => turn++);
  turns.push(turn);
  response.direct?.answer(200, {}, BODY);
}

let server: Http2Server;
beforeAll(async () => {
  server = await http2Server(serve);
});
afterAll(() => server[Symbol.asyncDispose]());

const HEADERS = FLAG.endHeaders | FLAG.endStream;
const requests = (first: number, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => frame(FRAME.headers, HEADERS, first + 2 * i, block(GET))));

const ended = (client: RawClient): number[] =>
  client.received
    .filter(({ type, flags }) => type === FRAME.data && flags === FLAG.endStream)
    .map(({ stream }) => stream);

it('takes as many requests that come at once as make 32 KB of answers, and the others a turn later', async () => {
  using client = new RawClient(server).begin();
  // How large the answers are.
  client.send(requests(1, 1));
  await client.answeredPing();
  turns.length = 0;
  client.send(requests(3, 5));
  await client.answeredPing();
  const [first] = turns;
  expect(turns.map((each) => each === first)).toEqual([true, true, true, true, false]);
  expect(ended(client)).toEqual([1, 3, 5, 7, 9, 11]);
});

it('answers all that comes while requests wait, in order', async () => {
  using client = new RawClient(server).begin();
  for (let i = 0; i < 40; i++) client.send(requests(1 + 2 * i, 1));
  client.send(requests(81, 10), windowUpdateFrame(1 << 20));
  await client.next(({ type, stream, flags }) => type === FRAME.data && stream === 99 && flags === FLAG.endStream);
  expect(ended(client)).toEqual(Array.from({ length: 50 }, (_, i) => 1 + 2 * i));
});
