import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCluster } from '../../../server/index.ts';
import { temporaryDirectory } from '../../support/data-directory.ts';
import { PodStory } from '../../support/pod-story.ts';

async function folderWith(text: string): Promise<string> {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, 'shop.yaml'), text);
  return folder;
}

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
