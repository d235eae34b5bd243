import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const CA = '{kind: ConfigMap, metadata: {name: kube-root-ca.crt, namespace: ns}, data: {ca.crt: CERT}}';
const PLACE = '/var/run/secrets/kubernetes.io/serviceaccount';
const spec = (token: string, more = ''): string =>
  `{${more} containers: [{name: c, volumeMounts: [{name: t, mountPath: ${PLACE}, readOnly: true}]}], volumes: [` +
  `{name: t, projected: {defaultMode: 420, sources: [{serviceAccountToken: {path: token, ${token}}}, ` +
  '{configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}}, ' +
  '{downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}}]}}]}';

test('a container finds a token of its account, whom to trust, and where it is', async () => {
  const objects = new Surroundings(CA);
  const pod = objects.pod(spec('expirationSeconds: 3607'));
  expect(await pod.run(`cd ${PLACE}; ls; cat token; echo; cat ca.crt namespace; ls -lL token | cut -c1-10`)).toBe(
    'ca.crt\nnamespace\ntoken\ntoken-1\nCERTns-rw-r--r--\n',
  );
  expect(objects.wishes).toEqual([{ expirationSeconds: 3607 }]);
});

test('containers that want the same share a token, whoever wants another audience gets another', async () => {
  const objects = new Surroundings(CA);
  const pod = objects.pod(spec('audience: vault, expirationSeconds: 600'));
  expect(await pod.run(`cat ${PLACE}/token`)).toBe('token-1');
  expect(await pod.run(`cat ${PLACE}/token`)).toBe('token-1');
  expect(objects.wishes).toEqual([{ audience: 'vault', expirationSeconds: 600 }]);
});

test('a token is renewed when most of its time is over', async () => {
  const objects = new Surroundings(CA);
  const pod = objects.pod(spec('expirationSeconds: 1000'));
  const machine = await pod.machine();
  expect(await pod.run(`cat ${PLACE}/token`, { machine })).toBe('token-1');
  await objects.clock.advance(799_000);
  expect(await pod.run(`cat ${PLACE}/token`, { machine })).toBe('token-1');
  await objects.clock.advance(1000);
  // Good for another 200 seconds; the next one is asked for meanwhile.
  expect(await pod.run(`cat ${PLACE}/token`, { machine })).toBe('token-1');
  expect(await pod.run(`cat ${PLACE}/token; ls ${PLACE} | wc -l`, { machine })).toBe('token-23\n');
  await objects.clock.advance(900_000);
  expect(await pod.run(`cat ${PLACE}/token`)).toBe('token-3');
});

test('a token that is good for long is renewed daily', async () => {
  const objects = new Surroundings(CA);
  const pod = objects.pod(spec('expirationSeconds: 31536000'));
  await pod.run('true');
  await objects.clock.advance(24 * 3600 * 1000);
  await pod.run('true');
  expect(objects.wishes).toHaveLength(2);
});

test('nobody asks for a token for containers that mount none', async () => {
  const objects = new Surroundings(CA);
  const pod = objects.pod(spec('expirationSeconds: 3607').replace('[{name: c,', '[{name: none}, {name: c,'));
  expect(await pod.run('ls /var/run')).toBe('');
  expect(objects.wishes).toEqual([]);
});

test.each([
  ['securityContext: {runAsUser: 1000},', '-rw------- 1000 0\n'],
  ['securityContext: {fsGroup: 2000},', '-rw-r----- 0 2000\n'],
  ['securityContext: {runAsUser: 1000, fsGroup: 2000},', '-rw-r----- 1000 2000\n'],
])('a token is for the user and the group of the containers: %s', async (more, owners) => {
  const pod = new Surroundings(CA).pod(spec('expirationSeconds: 3607', more));
  expect(await pod.run(`ls -lLn ${PLACE}/token | sed 's/  */ /g' | cut -d' ' -f1,3,4`)).toBe(owners);
});
