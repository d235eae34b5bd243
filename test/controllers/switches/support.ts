import type { RunningCluster } from '../../../server/index.ts';

export function deployment(name: string, namespace: string, disabled?: string): object {
  const labels = { app: name };
  const annotations = disabled === undefined ? {} : { 'fauxkube.dev/disabled-controllers': disabled };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, annotations },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
}

/** How many objects of an app there are when everybody is done. */
export async function objectsOf(
  cluster: RunningCluster,
  resource: string,
  namespace: string,
  app?: string,
): Promise<number> {
  await cluster.settle();
  const selected = app === undefined ? {} : { labelSelector: `app=${app}` };
  return (await cluster.transport().list({ resource, namespace, ...selected })).items.length;
}
