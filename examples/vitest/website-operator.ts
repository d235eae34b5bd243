/** For each Website a Deployment that it owns; how many of its replicas are ready stands in the Website's status. */
import { ApiException, AppsV1Api, CustomObjectsApi, type KubeConfig, type V1Deployment } from '@kubernetes/client-node';

const WEBSITES = { group: 'example.com', version: 'v1', plural: 'websites' };

interface Website {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: { readonly image: string; readonly replicas: number };
}

function deploymentOf({ metadata: { name, uid }, spec }: Website): V1Deployment {
  const labels = { website: name };
  return {
    metadata: {
      name,
      ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Website', name, uid, controller: true }],
    },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: spec.image }] } },
    },
  };
}

/** Makes the Deployment of a Website, and writes into its status how that is. */
export async function reconcile(config: KubeConfig, namespace: string, name: string): Promise<void> {
  const websites = config.makeApiClient(CustomObjectsApi);
  const deployments = config.makeApiClient(AppsV1Api);
  const website = (await websites.getNamespacedCustomObject({ ...WEBSITES, namespace, name })) as Website;
  try {
    const { status } = await deployments.readNamespacedDeployment({ namespace, name });
    await websites.patchNamespacedCustomObjectStatus({
      ...WEBSITES,
      namespace,
      name,
      body: [{ op: 'add', path: '/status', value: { readyReplicas: status?.readyReplicas ?? 0 } }],
    });
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
    await deployments.createNamespacedDeployment({ namespace, body: deploymentOf(website) });
  }
}
