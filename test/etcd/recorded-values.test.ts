/** What a kube-apiserver keeps in etcd of an object of every kind. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Frozen } from '../../server/base/freeze.ts';
import type { MediaType } from '../../server/cluster/etcd/etcd-options.ts';
import { ObjectFormat } from '../../server/cluster/etcd/object-format.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';

interface Kept {
  readonly key: string;
  readonly text?: string;
  readonly base64?: string;
  readonly lease: boolean;
  /** The object as the server answered it. */
  readonly answer: KubeObject;
}

const recorded = (form: string): readonly Kept[] =>
  (JSON.parse(readFileSync(`test/golden/etcd/${form}.json`, 'utf8')) as { cases: Kept[] }).cases;
const bytesOf = ({ text, base64 = '' }: Kept): Buffer =>
  text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text);

const FORMS = [
  ['json', 'application/json'],
  ['protobuf', 'application/vnd.kubernetes.protobuf'],
] as const satisfies readonly (readonly [string, MediaType])[];

describe.each(FORMS)('values that were written as %s', (form, mediaType) => {
  const format = new ObjectFormat(builtInTypes(), '/registry', mediaType);
  const cases = recorded(form).map((kept) => [kept.key, kept] as const);

  it.each(cases)('%s is read as the server answers it', (path, kept) => {
    const key = format.keyOf(path) ?? '';
    expect(format.pathOf(key)).toBe(path);
    const object = format.decode(key, bytesOf(kept));
    const { apiVersion, ...answer } = kept.answer;
    if (object.apiVersion !== apiVersion) return; // another version was asked for
    expect({ ...object, metadata: { ...object.metadata, resourceVersion: answer.metadata.resourceVersion } }).toEqual(
      kept.answer,
    );
  });

  it.each(cases)('%s is written as the server writes it', (path, kept) => {
    const key = format.keyOf(path) ?? '';
    const written = format.encode(key, format.decode(key, bytesOf(kept)) as Frozen<KubeObject>);
    if (kept.text?.includes('apiextensions.k8s.io/v1beta1')) return; // in v1, which the server reads too
    // Custom resources keep the order of their fields; the server writes them sorted.
    if (/^\/registry\/[^/]*\./.test(path)) expect(JSON.parse(written.toString())).toEqual(JSON.parse(kept.text ?? ''));
    else if (kept.text === undefined) expect(written.toString('base64')).toBe(kept.base64);
    // Of the older version that is written, the fields that the newer one does not have are null.
    else expect(written.toString()).toBe(kept.text.replace('"pkixPublicKey":null,"proofOfPossession":null,', ''));
  });
});
