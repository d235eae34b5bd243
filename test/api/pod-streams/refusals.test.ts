import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOf, type StreamServer, streamServer } from './support.ts';

let server: StreamServer;
beforeAll(async () => {
  server = await streamServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const SPDY = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };

describe.each(['exec', 'attach'])('pods/%s is refused', (subresource) => {
  it.each([
    ['a pod that is not there', 'nope', '', 404, 'pods "nope" not found'],
    ['a pod without a node', 'unbound', '', 400, 'pod unbound does not have a host assigned'],
    ['an unknown container', 'unbound', '?container=zz', 400, 'container zz is not valid for pod unbound'],
    [
      'no container where there are several',
      'unbound-two',
      '',
      400,
      'a container name must be specified for pod unbound-two, choose one of: [init a b]',
    ],
    [
      'an init container without a node',
      'unbound-two',
      '?container=init',
      400,
      'pod unbound-two does not have a host assigned',
    ],
    ['a request that changes no protocol', 'web', '?stdout=true', 400, 'Upgrade request required'],
  ])('for %s', async (_what, pod, query, status, message) => {
    expect(refusalOf(await server.ask('GET', `${pod}/${subresource}${query}`))).toEqual([status, message]);
    expect(refusalOf(await server.ask('POST', `${pod}/${subresource}${query}`))).toEqual([status, message]);
  });

  it('when no stream is asked for', async () => {
    const answer = await server.ask('POST', `web/${subresource}?command=ls&stderr=true&tty=true`, SPDY);
    expect(refusalOf(answer)).toEqual([400, 'you must specify at least 1 of stdin, stdout, stderr']);
  });

  // The connection ends with it: a client that kept it would lose the next request.
  it('on a connection that is not kept', async () => {
    const { headers } = await server.ask('POST', `nope/${subresource}`, SPDY);
    expect(headers.connection).toBe('close');
  });

  it('for any other method', async () => {
    const message = 'the server does not allow this method on the requested resource';
    expect(refusalOf(await server.ask('PUT', `web/${subresource}`))).toEqual([405, message]);
  });

  it('when the pod cannot do it', async () => {
    const message = `fauxkube does not implement pods/${subresource} yet: see docs/fidelity.md`;
    expect(refusalOf(await server.ask('POST', `web/${subresource}?stdout=true`, SPDY))).toEqual([501, message]);
  });
});

describe('containers that do not run', () => {
  it.each([
    ['exec', 'container not found ("main")'],
    ['attach', 'container main not found in pod web_default'],
  ])('refuse pods/%s', async (subresource, message) => {
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    await server.run('waiting', { dial: () => Promise.reject(new Error('')) }).catch(() => undefined);
    const status = {
      containerStatuses: [{ name: 'main', ready: false, restartCount: 1, image: '', imageID: '', state }],
    };
    const key = { namespace: 'default', name: 'waiting' };
    const patch = { verb: 'patch', patchType: 'merge', subresource: 'status', body: { status } } as const;
    await server.transport.send({ ...patch, resource: 'v1/pods', key });
    const answer = await server.ask('POST', `waiting/${subresource}?stdout=true`, SPDY);
    expect(refusalOf(answer)).toEqual([500, message.replace('web', 'waiting')]);
  });
});

describe('pods/portforward is refused', () => {
  it.each([
    ['a pod that is not there', 'nope/portforward', 404, 'pods "nope" not found'],
    ['a pod without a node', 'unbound/portforward', 400, 'pod unbound does not have a host assigned'],
    ['a request that changes no protocol', 'web/portforward', 400, 'Upgrade request required'],
    [
      'a port that is no number',
      'web/portforward?ports=x',
      400,
      'cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax',
    ],
  ])('for %s', async (_what, path, status, message) => {
    expect(refusalOf(await server.ask('POST', path))).toEqual([status, message]);
  });
});
