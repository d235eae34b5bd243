import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogRequest } from '../../../server/kube/node-connector.ts';
import { NOBODY_LISTENS, refusalOf, type StreamServer, streamServer } from './support.ts';

let server: StreamServer;
let asked: (LogRequest & { container: string })[] = [];
let leftAfterLines = 0;

/** A line at once; more as long as somebody follows. */
async function* logs(container: string, wanted: LogRequest): AsyncGenerator<Buffer> {
  asked.push({ ...wanted, container });
  yield Buffer.from('one\n');
  if (!wanted.follow) return;
  yield Buffer.from('two\n');
  await once(wanted.signal, 'abort');
  leftAfterLines = 2;
}

beforeAll(async () => {
  server = await streamServer({ ...NOBODY_LISTENS, logs });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  asked = [];
  leftAfterLines = 0;
});

it('are plain text', async () => {
  const answer = await server.ask('GET', 'web/log');
  expect(refusalOf(answer)).toEqual([200, 'one\n']);
  expect(answer.headers).toMatchObject({ 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
});

it('are asked for with every option', async () => {
  await server.ask(
    'GET',
    'two/log?container=b&timestamps=true&sinceTime=2026-01-02T03:04:05Z&tailLines=0&limitBytes=9',
  );
  expect(asked).toMatchObject([
    {
      container: 'b',
      follow: false,
      previous: false,
      timestamps: true,
      sinceMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      tailLines: 0,
      limitBytes: 9,
    },
  ]);
});

it('count seconds from the time of the cluster', async () => {
  await server.ask('GET', 'web/log?sinceSeconds=60&insecureSkipTLSVerifyBackend=true');
  const { clock } = server.assembly.cluster;
  expect(Math.abs((asked[0]?.sinceMs ?? 0) - (clock.now() - 60_000))).toBeLessThan(30_000);
});

it('come as they are written, and end when the client goes', async () => {
  const path = '/api/v1/namespaces/default/pods/web/log?follow=true';
  const credentials = server.credentials('admin', ['system:masters']);
  const outgoing = request(new URL(path, server.url), { ...credentials, agent: false, rejectUnauthorized: false });
  outgoing.on('error', () => undefined);
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await vi.waitFor(() => expect(text).toBe('one\ntwo\n'));
  response.destroy();
  await vi.waitFor(() => expect(leftAfterLines).toBe(2));
});

describe('are refused', () => {
  it.each([
    ['tailLines=-1', 422, 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['tailLines=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['tailLines=', 400, 'strconv.ParseInt: parsing "": invalid syntax'],
    ['tailLines=99999999999999999999', 400, 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['sinceTime=x&sinceSeconds=y&tailLines=z', 400, 'strconv.ParseInt: parsing "y": invalid syntax'],
    ['sinceTime=2020-13-01T00:00:00Z', 400, 'parsing time "2020-13-01T00:00:00Z": month out of range'],
    [
      'limitBytes=0&sinceSeconds=0',
      422,
      '[limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0]',
    ],
    [
      'sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z',
      422,
      '[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    ['stream=Stdout', 422, 'stream: Forbidden: may not be specified'],
  ])('for %s', async (query, status, message) => {
    const begin = status === 422 ? 'PodLogOptions "web" is invalid: ' : '';
    expect(refusalOf(await server.ask('GET', `web/log?${query}`))).toEqual([status, begin + message]);
  });

  it.each([
    ['nope/log', 404, 'pods "nope" not found'],
    ['web/log?container=zz', 400, 'container zz is not valid for pod web'],
    ['two/log', 400, 'a container name must be specified for pod two, choose one of: [a b]'],
    ['web/log?previous=true', 400, 'previous terminated container "main" in pod "web" not found'],
  ])('for %s', async (path, status, message) => {
    expect(refusalOf(await server.ask('GET', path))).toEqual([status, message]);
  });

  it('when the container waits to begin', async () => {
    await server.run('slow', { ...NOBODY_LISTENS, logs });
    const state = { waiting: { reason: 'ContainerCreating' } };
    const containerStatuses = [{ name: 'main', ready: false, restartCount: 0, image: '', imageID: '', state }];
    const key = { namespace: 'default', name: 'slow' };
    const patch = { verb: 'patch', patchType: 'merge', subresource: 'status' } as const;
    await server.transport.send({ ...patch, resource: 'v1/pods', key, body: { status: { containerStatuses } } });
    const message = 'container "main" in pod "slow" is waiting to start: ContainerCreating';
    expect(refusalOf(await server.ask('GET', 'slow/log'))).toEqual([400, message]);
  });
});

it('of a pod without a node are no content', async () => {
  expect(refusalOf(await server.ask('GET', 'unbound/log?follow=true'))).toEqual([204, '']);
});
