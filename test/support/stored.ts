/** Objects for tests of storage, which knows no kinds, and a log that remembers. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Logger } from '../../server/base/log.ts';
import type { KubeObject } from '../../server/kube/object.ts';

/** A ConfigMap in the form in which the registry hands objects to storage. */
export function configMap(
  name: string,
  data: Record<string, string> = {},
  labels?: Record<string, string>,
): KubeObject {
  const metadata = { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '', ...(labels && { labels }) };
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata, data };
}

/** An object that belongs to a key such as `things/default/a` or `things/a`. */
export function objectAt(key: string): KubeObject {
  const [kind = '', ...path] = key.split('/');
  const [name = '', namespace] = path.reverse();
  return { kind, apiVersion: 'v1', metadata: { name, ...(namespace && { namespace }), resourceVersion: '' } };
}

/** The key of an object made here. */
export function locate({ kind, metadata }: Frozen<KubeObject>): string {
  if (kind === 'Mystery') throw new Error('there is no kind Mystery in v1');
  return [kind === 'ConfigMap' ? 'configmaps' : kind, metadata.namespace, metadata.name].filter(Boolean).join('/');
}

export const keyOfMap = (name: string): string => `configmaps/default/${name}`;

/** Collects what is logged instead of printing it. */
export class LogCollector implements Logger {
  readonly entries: { level: string; fields: object; text: string }[] = [];
  debug = this.#note('debug');
  info = this.#note('info');
  warn = this.#note('warn');
  error = this.#note('error');

  #note(level: string): (fields: object, text: string) => void {
    return (fields, text) => void this.entries.push({ level, fields, text });
  }

  texts(level: string): string[] {
    return this.entries.filter((entry) => entry.level === level).map(({ text }) => text);
  }
}
