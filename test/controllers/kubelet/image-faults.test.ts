import { expect, test } from 'vitest';
import { PodStory } from '../../support/pod-story.ts';

const of = (image: string, more = ''): string => `{containers: [{name: c, image: "${image}"${more}}]}`;

test('an image that does not exist is tried again later each time', async () => {
  await using story = await PodStory.begin();
  await story.create(of('webserver:404'));
  expect(await story.shown()).toBe('0/1 ImagePullBackOff');
  const reference = 'docker.io/library/webserver:404';
  const error =
    `rpc error: code = NotFound desc = failed to pull and unpack image "${reference}": ` +
    `failed to resolve reference "${reference}": ${reference}: not found`;
  expect((await story.container()).state.waiting).toEqual({
    reason: 'ImagePullBackOff',
    message: `Back-off pulling image "webserver:404": ErrImagePull: ${error}`,
  });
  expect(await story.events()).toEqual([
    'Normal Pulling spec.containers{c}: Pulling image "webserver:404"',
    `Warning Failed spec.containers{c}: Failed to pull image "webserver:404": ${error}`,
    'Warning Failed spec.containers{c}: Error: ErrImagePull',
    'Normal BackOff spec.containers{c}: Back-off pulling image "webserver:404"',
    'Warning Failed spec.containers{c}: Error: ImagePullBackOff',
  ]);
  expect((await story.pod()).status).toMatchObject({ phase: 'Pending', podIP: expect.any(String) as string });
});

test('a pod whose image is changed to one that exists goes on', async () => {
  await using story = await PodStory.begin();
  await story.create(of('nginx:404'));
  await story.client.patch('v1/pods', { namespace: 'default', name: 'p' }, 'strategic', {
    spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
  });
  await story.cluster.settle();
  expect(await story.shown()).toBe('1/1 Running');
});

test('a running container whose image is changed begins anew with the other', async () => {
  await using story = await PodStory.begin();
  await story.create(of('nginx:1'));
  await story.client.patch('v1/pods', { namespace: 'default', name: 'p' }, 'strategic', {
    spec: { containers: [{ name: 'c', image: 'nginx:2' }] },
  });
  await story.pass(1);
  expect(await story.container()).toMatchObject({ restartCount: 1, image: 'nginx:2', ready: true });
  expect(await story.events()).toContain(
    'Normal Killing spec.containers{c}: Container c definition changed, will be restarted',
  );
});

test.each([
  ['not_valid:_:x', 'invalid reference format'],
  ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
])('%s cannot be the name of an image', async (image, why) => {
  await using story = await PodStory.begin();
  await story.create(of(image));
  expect(await story.shown()).toBe('0/1 InvalidImageName');
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
  expect((await story.container()).state.waiting?.message).toBe(message);
});

test('a registry that cannot exist has no address', async () => {
  await using story = await PodStory.begin();
  await story.create(of('registry.invalid/shop/web:1'));
  expect((await story.container()).state.waiting?.message).toContain('lookup registry.invalid: no such host');
});

test('with imagePullPolicy Never a node has only what was pulled before', async () => {
  await using story = await PodStory.begin();
  await story.create(of('nginx:1', ', imagePullPolicy: Never'));
  expect(await story.shown()).toBe('0/1 ErrImageNeverPull');
  expect((await story.container()).state.waiting?.message).toBe(
    'Container image "nginx:1" is not present with pull policy of Never',
  );
  await story.delete();
  await story.apply(
    '{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {containers: [{name: c, image: "nginx:1"}]}}',
  );
  await story.create(of('nginx:1', ', imagePullPolicy: Never'));
  expect(await story.shown()).toBe('1/1 Running');
});

test('a pod that starts tells of its image, its making and its start', async () => {
  await using story = await PodStory.begin();
  await story.create(of('nginx:1'));
  expect(await story.events()).toEqual([
    'Normal Pulling spec.containers{c}: Pulling image "nginx:1"',
    'Normal Pulled spec.containers{c}: Successfully pulled image "nginx:1" in 0ms (0ms including waiting). ' +
      'Image size: 72000000 bytes.',
    'Normal Created spec.containers{c}: Container created',
    'Normal Started spec.containers{c}: Container started',
  ]);
});
