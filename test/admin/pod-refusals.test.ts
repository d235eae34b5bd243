import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from './support.ts';

const PODS = `
apiVersion: v1
kind: Pod
metadata: {name: db}
spec: {containers: [{name: db, image: registry.example/db}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  restartPolicy: Never
  containers: [{name: a, image: registry.example/a}, {name: b, image: busybox, command: ['true']}]
---
apiVersion: v1
kind: Pod
metadata: {name: stuck, annotations: {fauxkube.dev/behaviour: pending}}
spec: {containers: [{name: c, image: registry.example/c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: homeless}
spec: {nodeName: elsewhere, containers: [{name: c, image: registry.example/c}]}
`;

describe('what cannot be done with pods', () => {
  let shop: AdminCluster;
  beforeAll(async () => {
    shop = await adminCluster();
    await shop.cluster.apply(PODS);
    await shop.cluster.settle();
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it.each([
    ['default/none/exit', {}, 404, 'pods "none" not found'],
    ['default/homeless/exit', {}, 409, 'pod "homeless" does not run: its phase is Pending'],
    ['default/stuck/exit', {}, 409, 'container "c" of pod "stuck" does not run: its phase is Pending'],
    ['default/two/exit', {}, 400, 'a container name must be specified for pod two, choose one of: [a b]'],
    ['default/two/exit', { container: 'z' }, 400, 'container z is not valid for pod two'],
    ['default/two/exit', { container: 'b' }, 409, 'container "b" of pod "two" does not run: its phase is Running'],
    ['default/db/exit', { code: 256 }, 400, 'the body.code has to be a whole number from 0 to 255'],
    ['default/db/exit', { status: 1 }, 400, 'the body has no field "status"; it may have code, container'],
    ['default/exit?selector=app%3Dnone', {}, 404, 'no pod in namespace "default" runs that "app=none" selects'],
    ['default/exit?selector=a%20in', {}, 400, 'selector: '],
    ['default/exit', {}, 400, 'either the name of a pod or a selector has to be given'],
    ['default/db/logs', { lines: 3 }, 400, 'the body has to have "lines"'],
    ['default/db/ready', {}, 405, 'the server does not allow this method'],
    ['default/db/live', { live: false }, 422, 'no container of pod "db" has a livenessProbe'],
    ['default/db/fly', {}, 404, 'the server could not find the requested resource'],
  ])('is refused: %s %j with %i', async (path, body, code, message) => {
    const method = path.endsWith('/live') ? 'PUT' : 'POST';
    const { status, text } = await shop.admin(method, `/-/pods/${path}`, body);
    expect(status).toBe(code);
    expect((JSON.parse(text) as { message: string }).message).toContain(message);
  });
});
