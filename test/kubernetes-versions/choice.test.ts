import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { kubernetesVersions, typesOf } from '../../server/schema/kubernetes-versions.ts';

const LIST =
  /^kubernetesVersion has to be one of 1\.30\.14, 1\.31\.14, .*, 1\.37\.2, or an older patch of one, and is /;

test('there is each minor version from 1.30 on', () => {
  expect(kubernetesVersions().map((version) => version.split('.')[1])).toEqual([
    '37',
    '36',
    '35',
    '34',
    '33',
    '32',
    '31',
    '30',
  ]);
});

test.each([
  ['1.31', 'v1.31.14'],
  ['v1.31', 'v1.31.14'],
  ['1.31.4', 'v1.31.4'],
  ['v1.37.0', 'v1.37.0'],
  ['1.37', 'v1.37.2'],
])('%s is %s', (asked, is) => {
  expect(typesOf(asked).gitVersion).toBe(is);
});

test.each(['1.29', '1.38', '1.31.15', '1', '2.30', 'latest', '1.31.x', ' 1.31', ''])('%j is none', async (asked) => {
  await expect(startCluster({ kubernetesVersion: asked })).rejects.toThrow(LIST);
});
