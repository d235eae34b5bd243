import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ImageFamilies } from '../../../controllers/kubelet/runtime/image-families.ts';
import { parseImageFamily } from '../../../controllers/kubelet/runtime/image-family.ts';
import { startCluster } from '../../../server/index.ts';
import { PodShells } from '../../pods-network/pod-shells.ts';
import { temporaryDirectory } from '../../support/data-directory.ts';
import { PodStory } from '../../support/pod-story.ts';

async function folderWith(text: string): Promise<string> {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, 'shop.yaml'), text);
  return folder;
}

const pod = (name: string, container: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [${container}]}}`;

const of = (image: string): string => `{restartPolicy: Never, containers: [{name: c, image: "${image}"}]}`;

test('files of the user say what images do, and come before those of the package', async () => {
  const folder = await folderWith("images: [nginx, 'registry.example/shop/*']\nexit: {code: 7, afterSeconds: 5}\n");
  await using story = await PodStory.begin({ podBehaviours: [folder] });
  for (const image of ['nginx:1', `registry.example/shop/web:v1@sha256:${'a'.repeat(64)}`]) {
    await story.create(of(image));
    await story.pass(4);
    expect(await story.shown()).toBe('1/1 Running');
    await story.pass(1);
    expect((await story.container()).state.terminated).toMatchObject({ exitCode: 7 });
    await story.delete(0);
  }
  await story.create(of('registry.example/other:v1'));
  await story.pass(5);
  expect(await story.shown()).toBe('1/1 Running');
});

const NAMES = ['acme/shop', 'docker.io/acme/shop:1', 'index.docker.io/acme/shop'];

test.each([
  ...['acme/shop', 'docker.io/acme/shop', 'acme/**', 'acme/*', 'shop'].map((pattern) => [pattern, NAMES] as const),
  ['acme/shop:1', ['acme/shop:1', `acme/shop:1@sha256:${'a'.repeat(64)}`]],
  ['library/tool', ['tool', 'docker.io/tool:2', 'library/tool']],
  ['docker.io/tool', ['tool', 'docker.io/library/tool']],
  ['ghcr.io/acme/shop', ['ghcr.io/acme/shop:1']],
] as const)('the pattern %s is about %j', (pattern, images) => {
  const family = parseImageFamily({ images: [pattern] }, 'shop.yaml');
  const families = new ImageFamilies([family]);
  expect(images.map((image) => families.of(image))).toEqual(images.map(() => family));
  for (const other of ['beta/shops', 'ghcr.io/other/tools', 'ghcr.io/acme/tool'])
    expect(families.of(other)).not.toBe(family);
});

test('a pattern of Docker Hub is not about other registries', () => {
  const family = parseImageFamily({ images: ['acme/shop', 'acme/**'] }, 'shop.yaml');
  expect(new ImageFamilies([family]).of('ghcr.io/acme/shop')).not.toBe(family);
});

test('whoever executes what nobody knows is told where to say it, and what was said', async () => {
  const folder = await folderWith("images: ['ghcr.io/acme/shop']\n");
  const pods = [pod('known', '{name: c, image: ghcr.io/acme/shop}'), pod('unknown', '{name: c, image: "acme/shop:1"}')];
  await using shells = await PodShells.open(pods, { podBehaviours: [folder] });
  const refused = async (name: string): Promise<string> => {
    const error = await shells.execute(name, ['shopctl']).then(
      () => 'it ran',
      (problem: Error) => problem.message,
    );
    return error.slice(error.indexOf('$PATH'));
  };
  const advice = (image: string): string =>
    '. What it answers is said by the annotation fauxkube.dev/commands of the pod, or by a file for --pod-behaviours ' +
    `with "images: ['${image}']": see docs/pod-behaviour.md)`;
  const no = '$PATH: unknown (fauxkube has no such program; ';
  expect(await refused('unknown')).toBe(
    `${no}no file about images has a pattern for docker.io/acme/shop:1; ` +
      `--pod-behaviours gives "ghcr.io/acme/shop" (shop.yaml)${advice('acme/shop:1')}`,
  );
  expect(await refused('known')).toBe(
    `${no}shop.yaml, which counts for this image, does not say "programs: ours"${advice('ghcr.io/acme/shop')}`,
  );
});

test.each([
  ['images: [a]\nentrypoints: serve', 'entrypoints: there is no such field; there are images, pull,'],
  ['images: [a]\nentrypoint: dance', 'entrypoint: it has to be serve, work or a list of words'],
  ['entrypoint: serve', 'images: the patterns of images are missing'],
  ['images: [a]\nexit: {codes: 1}', 'exit: it has to be {code, afterSeconds}'],
  ['- a', 'it has to be a mapping'],
])('a cluster does not start with the file %j', async (text, problem) => {
  const folder = await folderWith(text);
  await expect(startCluster({ podBehaviours: [folder] })).rejects.toThrow(`shop.yaml: ${problem}`);
});
