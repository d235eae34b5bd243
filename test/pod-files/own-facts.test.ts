import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const METADATA = 'labels: {app: web, "x.y/z": "1"}, annotations: {note: "say \\"hi\\"\\n", Upper/Case: u}';

function fieldOf(fieldPath: string, spec = ''): string | undefined {
  const env = `env: [{name: X, valueFrom: {fieldRef: {fieldPath: "${fieldPath}"}}}]`;
  const pod = new Surroundings().pod(
    `{nodeName: n, serviceAccountName: robot, ${spec} containers: [{name: c, ${env}}]}`,
    METADATA,
  );
  return pod.problem() ?? pod.surroundings.environment(pod.container()).X;
}

test.each([
  ['metadata.name', 'p'],
  ['metadata.namespace', 'ns'],
  ['metadata.uid', 'u1'],
  ['metadata.labels', 'app="web"\nx.y/z="1"'],
  ["metadata.labels['app']", 'web'],
  ["metadata.labels['x.y/z']", '1'],
  ["metadata.labels['none']", ''],
  ["metadata.annotations['note']", 'say "hi"\n'],
  ['metadata.annotations', 'Upper/Case="u"\nnote="say \\"hi\\"\\n"'],
  ['spec.nodeName', 'n'],
  ['spec.serviceAccountName', 'robot'],
  ['status.hostIP', '172.18.0.11'],
  ['status.hostIPs', '172.18.0.11'],
  ['status.podIP', '10.244.0.5'],
  ['status.podIPs', '10.244.0.5'],
  ["metadata.name['x']", `fieldPath "metadata.name['x']" does not support subscript`],
])('a container learns %s', (path, value) => {
  expect(fieldOf(path)).toBe(value);
});

const RESOURCES = 'resources: {requests: {cpu: 250m, memory: 64Mi}, limits: {cpu: 1500m, memory: 100M}}';

function amountOf(selector: string, { resources = RESOURCES, spec = '' } = {}): string | undefined {
  const env = `env: [{name: X, valueFrom: {resourceFieldRef: {${selector}}}}]`;
  const other = `{name: other, resources: {limits: {hugepages-2Mi: 4Mi, ephemeral-storage: 1Gi}}}`;
  const pod = new Surroundings().pod(`{${spec} containers: [{name: c, ${resources}, ${env}}, ${other}]}`);
  return pod.problem() ?? pod.surroundings.environment(pod.container()).X;
}

test.each([
  ['resource: limits.cpu', '2'],
  ['resource: limits.cpu, divisor: 1m', '1500'],
  ['resource: requests.cpu, divisor: "0"', '1'],
  ['resource: limits.memory', '100000000'],
  ['resource: requests.memory, divisor: 1Mi', '64'],
  ['resource: limits.memory, divisor: 1Mi', '96'],
  ['resource: requests.ephemeral-storage', '0'],
  ['containerName: other, resource: limits.hugepages-2Mi, divisor: 1Mi', '4'],
  ['containerName: other, resource: limits.ephemeral-storage, divisor: 1Gi', '1'],
])('a container learns its {%s} as %s', (selector, value) => {
  expect(amountOf(selector)).toBe(value);
});

test('without a limit a container may use what its node has', () => {
  const resources = 'resources: {requests: {cpu: 100m}}';
  expect(amountOf('resource: limits.cpu', { resources })).toBe('8');
  expect(amountOf('resource: limits.memory, divisor: 1Gi', { resources })).toBe('32');
  expect(amountOf('resource: requests.memory', { resources })).toBe('0');
});

test('or what its pod may', () => {
  const options = { resources: 'resources: {}', spec: 'resources: {limits: {cpu: "3", memory: 1Gi}},' };
  expect(amountOf('resource: limits.cpu', options)).toBe('3');
  expect(amountOf('containerName: other, resource: limits.memory, divisor: 1Mi', options)).toBe('1024');
});

test('a file may tell the same, and changes with the pod', async () => {
  const spec =
    `{containers: [{name: c, ${RESOURCES}, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, ` +
    'downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: deep/./cpu, mode: 256, ' +
    'resourceFieldRef: {containerName: c, resource: limits.cpu, divisor: 1m}}]}}]}';
  const objects = new Surroundings();
  const pod = objects.pod(spec, 'labels: {a: "1"}');
  const machine = await pod.machine();
  expect(await pod.run('cat /v/labels; echo; cat /v/deep/cpu; ls -lL /v/deep | cut -c1-10', { machine })).toBe(
    'a="1"\n1500total 4\n-r--------\n',
  );
  objects.pod(spec, 'labels: {a: "2", b: "3"}');
  expect(await pod.run('cat /v/labels', { machine })).toBe('a="2"\nb="3"');
});
