import { expect, test } from 'vitest';
import type { CustomResourceDefinition, StorageVersionMigration } from '../../../server/kube/types.gen.ts';
import { AttachStory } from '../../support/attach-story.ts';

const MIGRATIONS = 'storagemigration.k8s.io/v1/storageversionmigrations';
const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';

const migration = (name: string, resource: string, group = ''): string => `
apiVersion: storagemigration.k8s.io/v1
kind: StorageVersionMigration
metadata: {name: ${name}}
spec: {resource: {group: "${group}", resource: ${resource}}}
`;

const definition = (stored: string): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
  - {name: v1, served: true, storage: ${stored === 'v1'}, schema: {openAPIV3Schema: {type: object}}}
  - {name: v2, served: true, storage: ${stored === 'v2'}, schema: {openAPIV3Schema: {type: object}}}
`;

const statusOf = async (story: AttachStory, name: string) =>
  (await story.client.get<StorageVersionMigration>(MIGRATIONS, { namespace: '', name })).status;

/** `Type Status: message` of each condition. */
async function told(story: AttachStory, name: string): Promise<string[]> {
  const { conditions = [] } = await statusOf(story, name);
  return conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`);
}

test('a migration goes through all objects of a resource', async () => {
  await using story = await AttachStory.begin();
  await story.apply(migration('m', 'secrets'));
  expect(await told(story, 'm')).toEqual(['Running False: Migration completed', 'Succeeded True: Migration completed']);
  expect((await statusOf(story, 'm')).resourceVersion).toMatch(/^\d+$/);
});

test('a definition is left with the version that is stored now', async () => {
  await using story = await AttachStory.begin();
  await story.apply(definition('v1'));
  await story.apply('{apiVersion: example.com/v1, kind: Thing, metadata: {name: t, namespace: default}}');
  await story.apply(definition('v2'));
  const read = () =>
    story.client.get<CustomResourceDefinition>(DEFINITIONS, { namespace: '', name: 'things.example.com' });
  expect((await read()).status.storedVersions).toEqual(['v1', 'v2']);
  await story.apply(migration('m', 'things', 'example.com'));
  const { status } = await read();
  expect(status.storedVersions).toEqual(['v2']);
  expect(status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'StorageMigrating',
      status: 'False',
      reason: 'MigrationSucceeded',
      message: 'The migration has succeeded and the stored versions have been updated',
    }),
  );
});

test('a resource that cannot be written is not migrated', async () => {
  await using story = await AttachStory.begin();
  await story.apply(migration('m', 'componentstatuses'));
  expect(await told(story, 'm')).toEqual([
    'Running False: Migration completed',
    'Failed True: resource "/v1, Resource=componentstatuses" does not support discovery operations: ' +
      '[update patch list]',
  ]);
});

test('a resource that is not served is waited for, for a minute', async () => {
  await using story = await AttachStory.begin();
  await story.apply(migration('m', 'things', 'example.com'));
  expect(await told(story, 'm')).toEqual(['Running True: The migration is running']);
  await story.pass(61);
  expect(await told(story, 'm')).toEqual([
    'Running False: Migration completed',
    'Failed True: resource does not exist in discovery',
  ]);
});

test('migrations of a resource take turns', async () => {
  await using story = await AttachStory.begin();
  await story.apply(migration('a', 'things', 'example.com'));
  await story.pass(1);
  await story.apply(migration('b', 'things', 'example.com'));
  expect(await told(story, 'b')).toEqual([]);
  await story.client.delete(MIGRATIONS, { namespace: '', name: 'a' });
  await story.cluster.settle();
  expect(await told(story, 'b')).toEqual(['Running True: The migration is running']);
});
