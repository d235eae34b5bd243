import type { OutgoingHttpHeaders } from 'node:http';
import { MessageChannel, type Transferable } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { type Batch, Inbox, Outbox, TO_CLIENT } from '../../server/http/workers/batch.ts';
import { headerLines, headersOf } from '../../server/http/workers/header-lines.ts';

/** What an outbox has sent. */
function posted(): { batches: Batch[]; outbox: Outbox } {
  const batches: Batch[] = [];
  const outbox = new Outbox({
    postMessage: (batch: Batch, _handed?: readonly Transferable[]) => void batches.push(batch),
  });
  return { batches, outbox };
}

test('words of one turn go in one message, in their order', async () => {
  const { port1, port2 } = new MessageChannel();
  const outbox = new Outbox(port1);
  const arrived = new Promise<Batch>((resolve) => port2.once('message', resolve));
  outbox.put(TO_CLIENT.head, 7, 200, 'a\nb\n');
  outbox.put(TO_CLIENT.write, 7, outbox.place(Buffer.from('hello')), 5);
  outbox.put(TO_CLIENT.end, 7);
  const inbox = new Inbox(await arrived);
  expect([inbox.number(), inbox.number(), inbox.number(), inbox.text()]).toEqual([TO_CLIENT.head, 7, 200, 'a\nb\n']);
  expect([inbox.number(), inbox.number(), inbox.bytes()?.toString()]).toEqual([TO_CLIENT.write, 7, 'hello']);
  expect([inbox.number(), inbox.number(), inbox.isOver]).toEqual([TO_CLIENT.end, 7, true]);
  port1.close();
});

test('bytes for many stand in a message once', () => {
  const { batches, outbox } = posted();
  const frame = Buffer.alloc(1000, 'x');
  for (let id = 0; id < 50; id++) outbox.put(TO_CLIENT.frame, id, outbox.sharedPlace(frame), frame.length);
  outbox.flush();
  outbox.put(TO_CLIENT.frame, 1, outbox.sharedPlace(frame), frame.length);
  outbox.flush();
  expect(batches.map(({ bytes }) => bytes?.length)).toEqual([1000, 1000]);
  const inbox = new Inbox(batches[0] as Batch);
  let count = 0;
  for (; !inbox.isOver; count++) {
    expect([inbox.number(), inbox.number()]).toEqual([TO_CLIENT.frame, count]);
    expect(inbox.bytes()?.equals(frame)).toBe(true);
  }
  expect(count).toBe(50);
});

test('headers come back as they were, and none with a line break is taken', () => {
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'set-cookie': ['299 - "a"', '299 - "b"'],
    empty: '',
  };
  expect(headersOf(headerLines(headers))).toEqual(headers);
  expect(() => headerLines({ location: 'a\nset-cookie: b' })).toThrow('Invalid character in header content');
});
