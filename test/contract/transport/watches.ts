import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Doors, Subject } from './subject.ts';

const MAPS = 'v1/configmaps';

/** What a watch told, and a way to wait for it. */
class Told {
  readonly lines: string[] = [];
  #wake: () => void = () => undefined;

  add(line: string): void {
    this.lines.push(line);
    this.#wake();
  }

  async until(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export function watches(doors: Doors): void {
  let subject: Subject;
  beforeAll(async () => {
    subject = await doors.open();
  });
  afterAll(() => subject[Symbol.asyncDispose]());
  const key = (name: string): { namespace: string; name: string } => ({ namespace: 'default', name });
  const create = (name: string, resource = MAPS): Promise<unknown> =>
    subject.transport.send({ verb: 'create', resource, key: key(''), body: { metadata: { name } } });

  it('tells what happens after a resource version, in order, until it is cancelled', async () => {
    const { transport } = subject;
    const { resourceVersion } = await transport.list({ resource: MAPS, namespace: '' });
    const told = new Told();
    const cancel = transport.watch(
      { resource: MAPS, namespace: 'default', resourceVersion },
      {
        event: (type, { kind, metadata }) => told.add(`${type} ${kind} ${metadata.name}`),
        end: () => told.add('end'),
      },
    );
    await create('a');
    const body = { data: { b: 'c' } };
    await transport.send({ verb: 'patch', resource: MAPS, key: key('a'), patchType: 'merge', body });
    await transport.send({ verb: 'delete', resource: MAPS, key: key('a') });
    await told.until('DELETED ConfigMap a');
    cancel();
    await create('after');
    await subject.cluster.settle();
    expect(told.lines).toEqual(['ADDED ConfigMap a', 'MODIFIED ConfigMap a', 'DELETED ConfigMap a']);
  });

  it('says when a resource version is too old', async () => {
    const told = new Told();
    subject.transport.watch(
      { resource: MAPS, namespace: '', resourceVersion: '1' },
      { event: () => told.add('event'), end: (expired) => told.add(`end ${expired}`) },
    );
    await told.until('end true');
    expect(told.lines).toEqual(['end true']);
  });

  it('says when the server refuses', async () => {
    const told = new Told();
    subject.transport.watch(
      { resource: 'v1/nothings', namespace: '', resourceVersion: '1' },
      { event: () => told.add('event'), end: (expired) => told.add(`end ${expired}`) },
    );
    await told.until('end false');
    expect(told.lines).toEqual(['end false']);
  });

  it('follows all resources at once: those that exist, then changes, and kinds that come later', async () => {
    const { transport } = subject;
    await create('before');
    const told = new Told();
    const cancel = transport.watchAll(
      { existing: true },
      {
        event: (type, { apiVersion, kind, metadata }) => told.add(`${type} ${apiVersion} ${kind} ${metadata.name}`),
        synced: () => told.add('synced'),
        end: () => told.add('end'),
      },
    );
    await told.until('synced');
    expect(told.lines.slice(0, told.lines.indexOf('synced'))).toContain('ADDED v1 ConfigMap before');
    await create('later', 'v1/serviceaccounts');
    await told.until('ADDED v1 ServiceAccount later');
    await subject.cluster.apply(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: cars.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: cars, kind: Car}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`);
    await subject.cluster.settle();
    await subject.cluster.apply('{apiVersion: example.com/v1, kind: Car, metadata: {name: red, namespace: default}}');
    await told.until('ADDED example.com/v1 Car red');
    cancel();
    expect(told.lines).not.toContain('end');
  });
}
