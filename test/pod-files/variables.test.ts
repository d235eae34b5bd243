import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const MAP = '{kind: ConfigMap, metadata: {name: m, namespace: ns}, data: {KEY: from-map, "odd.key-1": odd, A: map}}';
const SECRET = '{kind: Secret, metadata: {name: s, namespace: ns}, data: {PASSWORD: c2VjcmV0, A: c2VjcmV0LWE=}}';

const withEnv = (env: string): string => `{enableServiceLinks: false, containers: [{name: c, ${env}}]}`;
const given = (): Surroundings => new Surroundings(MAP, SECRET);
const environmentOf = (env: string, objects = given()): Record<string, string> => {
  const pod = objects.pod(withEnv(env));
  expect(pod.problem()).toBeUndefined();
  return pod.surroundings.environment(pod.container());
};

test('a variable has its value, and is empty without one', () => {
  expect(environmentOf('env: [{name: A, value: "a b"}, {name: B}, {name: C, value: ""}]')).toEqual({
    A: 'a b',
    B: '',
    C: '',
  });
});

test('all keys of config maps and secrets become variables, with a prefix if there is one', () => {
  const env = 'envFrom: [{configMapRef: {name: m}}, {prefix: S_, secretRef: {name: s}}]';
  expect(environmentOf(env)).toEqual({
    KEY: 'from-map',
    'odd.key-1': 'odd',
    A: 'map',
    S_PASSWORD: 'secret',
    S_A: 'secret-a',
  });
});

test('a later source hides an earlier one, and the own variables hide all', () => {
  const from = 'envFrom: [{configMapRef: {name: m}}, {secretRef: {name: s}}]';
  expect(environmentOf(from)).toMatchObject({ A: 'secret-a' });
  expect(environmentOf(`${from}, env: [{name: A, value: own}, {name: A, value: last}]`)).toMatchObject({ A: 'last' });
});

test('a variable may be one key of an object', () => {
  const env =
    'env: [{name: K, valueFrom: {configMapKeyRef: {name: m, key: KEY}}}, ' +
    '{name: P, valueFrom: {secretKeyRef: {name: s, key: PASSWORD}}}]';
  expect(environmentOf(env)).toEqual({ K: 'from-map', P: 'secret' });
});

test('a variable whose object or key is optional and missing is not there', () => {
  const env =
    'envFrom: [{configMapRef: {name: no, optional: true}}, {secretRef: {name: no, optional: true}}], env: [' +
    '{name: A, valueFrom: {configMapKeyRef: {name: no, key: k, optional: true}}}, ' +
    '{name: B, valueFrom: {secretKeyRef: {name: s, key: no, optional: true}}}, {name: C, value: c}]';
  expect(environmentOf(env)).toEqual({ C: 'c' });
});

test.each([
  ['envFrom: [{configMapRef: {name: no}}]', 'configmap "no" not found'],
  ['envFrom: [{secretRef: {name: no}}]', 'secret "no" not found'],
  ['env: [{name: A, valueFrom: {configMapKeyRef: {name: no, key: k}}}]', 'configmap "no" not found'],
  ['env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]', "couldn't find key k in Secret ns/s"],
  [
    'env: [{name: A, valueFrom: {resourceFieldRef: {containerName: x, resource: limits.cpu}}}]',
    'container x not found',
  ],
  ['env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nope}}}]', 'unsupported fieldPath: spec.nope'],
])('%s is missed', (env, message) => {
  expect(given().pod(withEnv(env)).problem()).toBe(message);
});

test('bytes of a config map that are no text are no variable', () => {
  const objects = new Surroundings('{kind: ConfigMap, metadata: {name: b, namespace: ns}, binaryData: {k: AAE=}}');
  const env = 'env: [{name: A, valueFrom: {configMapKeyRef: {name: b, key: k}}}]';
  expect(objects.pod(withEnv(env)).problem()).toBe("couldn't find key k in ConfigMap ns/b");
  expect(environmentOf('envFrom: [{configMapRef: {name: b}}]', objects)).toEqual({});
});

test.each([
  ['$(A) and $A and $ A', 'a and $A and $ A'],
  ['$$(A) $$$(A) $$', '$(A) $a $'],
  ['$(B) $(NOPE) $(', '$(B) $(NOPE) $('],
  ['$(KEY)', 'from-map'],
  ['100% $-', '100% $-'],
])('%s refers to what came before', (value, result) => {
  const env =
    'envFrom: [{configMapRef: {name: m}}], env: [{name: A, value: a}, ' +
    `{name: X, value: "${value}"}, {name: B, value: b}]`;
  expect(environmentOf(env).X).toBe(result);
});

test('programs find their variables, in any script', async () => {
  const pod = given().pod(withEnv('env: [{name: GREETING, value: "grüß dich"}]'));
  expect(await pod.run('echo "$GREETING"; env | grep GREET')).toBe('grüß dich\nGREETING=grüß dich\n');
});
