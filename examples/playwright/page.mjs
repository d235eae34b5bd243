/** A page that shows the Deployments of a cluster, and scales them. */
import { createServer } from 'node:http';
import { AppsV1Api, KubeConfig } from '@kubernetes/client-node';

const NAMESPACE = 'default';

function html(deployments) {
  const rows = deployments.map(
    ({ metadata: { name }, spec, status }) => `<tr>
      <th scope="row">${name}</th>
      <td>${status.readyReplicas ?? 0}/${spec.replicas}</td>
      <td><form method="post" action="/${name}?replicas=${spec.replicas + 1}"><button>more ${name}</button></form></td>
    </tr>`,
  );
  return `<!doctype html><html lang="en"><title>Deployments</title><table>${rows.join('')}</table></html>`;
}

/** @returns a server that listens on a free port of loopback */
export async function servePage(kubeconfig) {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api = config.makeApiClient(AppsV1Api);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://page');
    const answer = async () => {
      if (request.method !== 'POST') {
        const { items } = await api.listNamespacedDeployment({ namespace: NAMESPACE });
        response.setHeader('content-type', 'text/html').end(html(items));
        return;
      }
      const body = [{ op: 'replace', path: '/spec/replicas', value: Number(searchParams.get('replicas')) }];
      await api.patchNamespacedDeploymentScale({ namespace: NAMESPACE, name: pathname.slice(1), body });
      response.writeHead(303, { location: '/' }).end();
    };
    answer().catch((error) => response.writeHead(500).end(error.message));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
