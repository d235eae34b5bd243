import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const pem = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const bundle = (name: string, spec: string, ...bodies: readonly string[]): string =>
  `{kind: ClusterTrustBundle, metadata: {name: ${name}, labels: {live: "${name}"}}, spec: {${spec} trustBundle: ` +
  `${JSON.stringify(`text\n${bodies.map(pem).join('')}`)}}}`;
const given = (): Surroundings =>
  new Surroundings(
    bundle('plain', '', 'AAAA', 'BBBB'),
    bundle('one', 'signerName: x.y/z,', 'CCCC', 'AAAA'),
    bundle('two', 'signerName: x.y/z,', 'AAAA', 'DDDD'),
  );
const spec = (projection: string): string =>
  '{containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, projected: {sources: ' +
  `[{clusterTrustBundle: {path: ca.pem, ${projection}}}]}}]}`;

test.each([
  ['name: plain', ['AAAA', 'BBBB']],
  ['signerName: x.y/z, labelSelector: {}', ['AAAA', 'CCCC', 'DDDD']],
  ['signerName: x.y/z, labelSelector: {matchLabels: {live: two}}', ['AAAA', 'DDDD']],
  ['name: none, optional: true', []],
  ['signerName: x.y/z, optional: true', []],
])('a file holds every certificate of {%s} once', async (projection, bodies) => {
  const pod = given().pod(spec(projection));
  expect(pod.mountProblems()).toEqual([]);
  expect(await pod.run('cat /v/ca.pem')).toBe(bodies.map(pem).join(''));
});

test('it changes with them', async () => {
  const objects = given();
  const pod = objects.pod(spec('name: plain'));
  const machine = await pod.machine();
  await pod.run('cat /v/ca.pem', { machine });
  objects.apply(bundle('plain', '', 'EEEE'));
  expect(await pod.run('cat /v/ca.pem', { machine })).toBe(pem('EEEE'));
});

test.each([
  ['name: none', 'while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io "none" not found'],
  [
    'signerName: x.y/other, labelSelector: {}',
    'combination of signerName and labelSelector matched zero ClusterTrustBundles',
  ],
])('without any it cannot be made: {%s}', (projection, message) => {
  expect(given().pod(spec(projection)).mountProblems()).toEqual([
    `MountVolume.SetUp failed for volume "v" : ${message}`,
  ]);
});
