import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { ask, readKubeconfig } from '../support/ask.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.example.com}
spec:
  group: example.com
  names: {kind: Boat, plural: boats}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

describe('/-/snapshot', () => {
  let one: AdminCluster;
  let text: string;
  const put = (to: AdminCluster, body: string) =>
    ask(`${to.cluster.url}/-/snapshot`, {
      method: 'PUT',
      credentials: readKubeconfig(to.cluster.kubeconfig()),
      body,
    });

  beforeAll(async () => {
    one = await adminCluster();
    await one.cluster.apply(DEFINITION);
    await one.cluster.apply('{apiVersion: example.com/v1, kind: Boat, metadata: {name: ark}, spec: {length: 300}}');
    await one.admin('POST', MAPS, { metadata: { name: 'kept' }, data: { a: '1' } });
    ({ text } = await one.admin('GET', '/-/snapshot'));
  });
  afterAll(() => one[Symbol.asyncDispose]());

  it('is a List with an object a line, the same for the same state', async () => {
    const { kind, items } = JSON.parse(text) as { kind: string; items: unknown[] };
    expect(kind).toBe('List');
    expect(text.split('\n').length).toBeGreaterThan(items.length);
    expect((await one.admin('GET', '/-/snapshot')).text).toBe(text);
  });

  it('makes the cluster as it was, and another one alike', async () => {
    await one.admin('DELETE', `${MAPS}/kept`);
    await one.admin('POST', MAPS, { metadata: { name: 'later' } });
    await using other = await adminCluster();
    for (const cluster of [one, other]) {
      expect(await put(cluster, text)).toMatchObject({ status: 200 });
      expect((await cluster.admin('GET', `${MAPS}/kept`)).status).toBe(200);
      expect((await cluster.admin('GET', `${MAPS}/later`)).status).toBe(404);
      expect((await cluster.admin('GET', '/apis/example.com/v1/namespaces/default/boats/ark')).text).toContain('300');
      // Where its API is, and who signed its certificate, are its own.
      const { text: service } = await cluster.admin('GET', '/api/v1/namespaces/default/services/kubernetes');
      expect(service).toContain(`"targetPort":${new URL(cluster.cluster.url).port}`);
      await cluster.cluster.apply(
        '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: x}]}}',
      );
      await cluster.cluster.settle();
      expect((await cluster.admin('GET', '/api/v1/namespaces/default/pods/p')).text).toContain('"phase":"Running"');
    }
  });

  it.each([
    ['no JSON', () => '{"kind":"List"', 'line 1: the file is no JSON'],
    [
      'another kind',
      () => '{"kind":"Pod","apiVersion":"v1"}',
      'line 1: the file is no List of apiVersion v1 with items. Give a file that',
    ],
    ['a manifest', () => '---\nkind: Pod\napiVersion: v1\n', 'line 1: it is no snapshot. Give a file that'],
    ['half of one', () => text.slice(0, text.length / 2), 'the file is no JSON'],
    ['an unknown kind', () => text.replace('"kind":"Boat"', '"kind":"Ship"'), 'there is no kind'],
    ['a field of a wrong type', () => text.replace('{"a":"1"}', '{"a":1}'), 'items['],
    ['no uid', () => text.replace(/"uid":"[^"]*",/, ''), 'metadata.uid is missing'],
    ['nothing', () => '', 'line 1'],
  ])('refuses %s, and changes nothing', async (_what, body, words) => {
    const before = (await one.admin('GET', '/-/snapshot')).text;
    const { status, text: answer } = await put(one, body());
    expect(status).toBe(400);
    expect(answer).toContain('the snapshot cannot be used, and nothing was changed: line ');
    expect(answer).toContain(words);
    expect((await one.admin('GET', '/-/snapshot')).text).toBe(before);
  });
});
