import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { decodeStruct } from '../../server/schema/decode.ts';
import { applyJsonPatch } from '../../server/schema/patch/json-patch.ts';
import { applyMergePatch } from '../../server/schema/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../server/schema/patch/strategic-merge.ts';
import { checkResult, checkStrategicResult } from '../../server/schema/patch/undecodable.ts';
import { builtInTypes, type TypeDescription } from '../../server/schema/type-table.ts';
import { golden } from '../support/golden.ts';

type KubeObject = { metadata: object } & Record<string, unknown>;

/** A patch to one of the objects, and what came of it: an object or the answer that refuses it. */
interface Case {
  readonly of: string;
  readonly patch: unknown;
  readonly after?: KubeObject;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  /** The real server panics and drops the connection. */
  readonly panics?: true;
}

const TYPES: Readonly<Record<string, string>> = {
  map: 'io.k8s.api.core.v1.ConfigMap',
  deployment: 'io.k8s.api.apps.v1.Deployment',
  service: 'io.k8s.api.core.v1.Service',
  budget: 'io.k8s.api.policy.v1.PodDisruptionBudget',
};

const PATCHES: Readonly<Record<string, (current: object, patch: unknown, type: TypeDescription) => unknown>> = {
  'json-patch': applyJsonPatch,
  'merge-patch': applyMergePatch,
  'strategic-merge-patch': applyStrategicMergePatch,
};

const NOT_VALID = 'it breaks a rule of its kind';

/** What was recorded, as far as it is the patch's affair. */
function expected({ after, code, reason, message = '' }: Case): unknown {
  if (after) return after;
  if (code !== 422 || !message.includes(' is invalid: ')) return { code, ...(reason && { reason }), message };
  return message.startsWith(UNDECODABLE) ? { code, reason, message: withoutObject(message) } : NOT_VALID;
}

const UNDECODABLE = ' "" is invalid: patch: ';

/** The message quotes the whole object, with fields that differ with each run. */
const withoutObject = (message: string): string => message.replace(/"\{.*\}": json/, '(object): json');

function applied(name: string, before: KubeObject, { of, patch }: Case): unknown {
  const type = builtInTypes().type(TYPES[of] ?? '');
  try {
    const read: unknown = typeof patch === 'string' ? JSON.parse(patch) : patch;
    const value = PATCHES[name]?.(before, read, type);
    if (name === 'strategic-merge-patch') checkStrategicResult(value as KubeObject, read, type);
    else checkResult(value, name === 'json-patch' ? value : read, type);
    const { status: _, ...decoded } = decodeStruct(value, type, { unknownFields: false }) as KubeObject;
    // The URL tells what the object does not.
    const { kind, apiVersion, metadata } = before as {
      kind: string;
      apiVersion: string;
      metadata: { namespace: string };
    };
    return {
      kind,
      apiVersion,
      ...decoded,
      metadata: { namespace: metadata.namespace, ...(decoded.metadata as object) },
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { code: error.code, ...(error.reason && { reason: error.reason }), message: withoutObject(error.message) };
  }
}

describe.each(Object.keys(PATCHES))('%s', (name) => {
  const [{ objects }, ...cases] = golden<Case>(`patch/${name}.json`) as unknown as [
    { objects: Record<string, KubeObject> },
    ...Case[],
  ];
  deepFreeze(objects); // stored objects are: whoever changes them fails

  it('does to objects what it does on the real server, or is refused with its words', () => {
    const known = cases.filter(({ panics }) => !panics);
    const results = known.map((one) => {
      const want = expected(one);
      const got = applied(name, objects[one.of] ?? { metadata: {} }, one);
      return { of: one.of, patch: one.patch, result: want === NOT_VALID && typeof got === 'object' ? NOT_VALID : got };
    });
    expect(results).toEqual(known.map((one) => ({ of: one.of, patch: one.patch, result: expected(one) })));
  });

  it('answers patches that make the real server panic', () => {
    for (const one of cases.filter(({ panics }) => panics))
      expect(applied(name, objects[one.of] ?? { metadata: {} }, one)).toBeDefined();
  });
});

describe('patches', () => {
  it('cannot make a small patch into a large object', () => {
    const copies = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/d${i}` }));
    expect(() => applyJsonPatch({ data: { a: 'x' } }, copies)).toThrow(ApiError);
  });

  it('may have as many operations as upstream allows', () => {
    const tests = (count: number): object[] =>
      Array.from({ length: count }, () => ({ op: 'test', path: '/a', value: 1 }));
    expect(applyJsonPatch({ a: 1 }, tests(10_000))).toEqual({ a: 1 });
    expect(() => applyJsonPatch({ a: 1 }, tests(10_001))).toThrow(
      'maximum operations in a JSON patch is 10000, got 10001',
    );
  });

  it('set keys that JavaScript has a meaning for', () => {
    const patch = JSON.parse('{"data":{"__proto__":"a","constructor":"b"}}');
    const type = builtInTypes().type(TYPES.map ?? '');
    const operations = ['__proto__', 'constructor'].map((key, i) => ({
      op: 'add',
      path: `/data/${key}`,
      value: 'ab'.charAt(i),
    }));
    const current = deepFreeze({ metadata: {}, data: {} });
    for (const after of [
      applyMergePatch(current, patch),
      applyStrategicMergePatch(current, patch, type),
      applyJsonPatch(current, operations),
    ]) {
      expect(Object.entries((after as { data: object }).data)).toEqual([
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ]);
    }
    expect(() => applyJsonPatch(current, [{ op: 'test', path: '/data/constructor/name', value: 'Object' }])).toThrow(
      ApiError,
    );
  });

  it('share with the object what a strategic merge patch sets to what it is', () => {
    const type = builtInTypes().type(TYPES.deployment ?? '');
    const containers = [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80 }] }, { name: 'b' }];
    const current = deepFreeze({ metadata: { labels: { a: 'b' } }, spec: { template: { spec: { containers } } } });
    const patch = (image: string): object => ({
      metadata: { labels: { a: 'b', c: null } },
      spec: { template: { spec: { containers: [{ name: 'a', image }] } } },
    });
    expect(applyStrategicMergePatch(current, JSON.parse(JSON.stringify(patch('a:1'))), type)).toBe(current);
    const after = applyStrategicMergePatch(current, JSON.parse(JSON.stringify(patch('a:2'))), type) as typeof current;
    expect(after.metadata).toBe(current.metadata);
    expect(after.spec.template.spec.containers[0]?.ports).toBe(containers[0]?.ports);
    expect(after.spec.template.spec.containers[1]).toBe(containers[1]);
    expect(after.spec.template.spec.containers[0]?.image).toBe('a:2');
  });

  it('are refused by the decoder wherever a strategic merge patch is found to have spoiled a field', () => {
    const type = builtInTypes().type('io.k8s.api.core.v1.Pod');
    const wrong: readonly unknown[] = ['x', 5, 1.5, true, {}, [], [1], [{}], { a: 1 }, { a: { b: 1 } }, [[1]]];
    const paths = ['kind', 'metadata', 'metadata.labels', 'metadata.generation', 'spec', 'spec.hostNetwork'];
    paths.push('spec.containers', 'spec.priority', 'spec.nodeSelector', 'spec.securityContext.runAsUser', 'status');
    let spoiled = 0;
    for (const path of paths) {
      for (const value of wrong) {
        const result = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
        try {
          checkStrategicResult(result as KubeObject, result, type);
        } catch {
          spoiled++;
          expect(() => decodeStruct(result, type, { unknownFields: false }), JSON.stringify(result)).toThrow();
        }
      }
    }
    expect(spoiled).toBeGreaterThan(paths.length * 5);
  });
});
