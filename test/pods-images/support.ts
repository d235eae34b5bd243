import { type Answered, ask, readKubeconfig } from '../support/ask.ts';
import { PodStory } from '../support/pod-story.ts';

export const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.53';

/** A pod of one container `c`. @param more such as `args: [netexec]` */
export const podOf = (image: string, more = '', spec = ''): string =>
  `{${spec}containers: [{name: c, image: "${image}"${more === '' ? '' : `, ${more}`}}]}`;

/** Begins with a pod that runs. */
export async function storyOf(image: string, more?: string, spec?: string): Promise<PodStory> {
  const story = await PodStory.begin();
  await story.create(podOf(image, more, spec));
  return story;
}

/** Asks a port of the pod through the proxy of the API. */
export function page(
  story: PodStory,
  portAndPath: string,
  request: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const credentials = readKubeconfig(story.cluster.kubeconfig());
  const [port, path = ''] = portAndPath.split(/\/(.*)/s);
  const url = `${story.cluster.url}/api/v1/namespaces/default/pods/p:${port}/proxy/${path}`;
  return ask(url, { credentials, ...request });
}

/** The text of a page. */
export const textOf = async (story: PodStory, portAndPath: string): Promise<string> =>
  (await page(story, portAndPath)).text;
