import { expect, test } from 'vitest';
import { valueInEnvFile } from '../../controllers/kubelet/runtime/files/env-file.ts';
import { Surroundings } from './simulated-pod.ts';

const spec = (ref: string): string =>
  '{initContainers: [{name: i, volumeMounts: [{name: v, mountPath: /v}]}], containers: [{name: c, env: [' +
  `{name: X, valueFrom: {fileKeyRef: {volumeName: v, path: conf/env, ${ref}}}}]}], volumes: [{name: v, emptyDir: {}}]}`;

async function valueAfter(script: string, ref: string): Promise<string | undefined> {
  const pod = new Surroundings().pod(spec(ref));
  await pod.run(`mkdir -p /v/conf; ${script}`, { container: 'i' });
  return pod.problem() ?? pod.surroundings.environment(pod.container()).X;
}

test('a variable may come from a file that another container has written', async () => {
  expect(await valueAfter(`echo "# made up\nA='1'\nB='two words'" > /v/conf/env`, 'key: B')).toBe('two words');
});

test('a key that is optional may be missing', async () => {
  expect(await valueAfter(`echo "A='1'" > /v/conf/env`, 'key: B, optional: true')).toBeUndefined();
});

test.each([
  ['true', 'key: A', "couldn't parse env file"],
  ['echo A=1 > /v/conf/env', 'key: A', "couldn't parse env file"],
  [
    `echo "A='1'" > /v/conf/env`,
    'key: B',
    'environment variable key "B" not found in file ' +
      '"/var/lib/kubelet/pods/u1/volumes/kubernetes.io~empty-dir/v/conf/env"',
  ],
])('after %s a container with {%s} cannot be made', async (script, ref, message) => {
  expect(await valueAfter(script, ref)).toBe(message);
});

test.each([
  ["A='1'", '1'],
  ["  \tA='1' # why", '1'],
  ["B='x'\n\n# A='0'\nA='a\n b'\nC='y'", 'a\n b'],
  ["A='$HOME \\n \"'", '$HOME \\n "'],
  ["A= '1'", undefined],
  ["A=''", undefined],
  ["B='1'", undefined],
  ['', undefined],
  ["A='1'\nbroken", '1'],
])('%j says what A is', (text, value) => {
  expect(valueInEnvFile(text, 'A')).toBe(value);
});

test.each(['A=1', 'A="1"', "A ='1'", "='1'", 'A', "B='1'x\nA='1'", "A='1"])('%j is no such file', (text) => {
  expect(() => valueInEnvFile(text, 'A')).toThrow();
});
