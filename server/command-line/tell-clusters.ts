import { readConnection, send } from './admin-connection.ts';
import { reported } from './reported.ts';

/** Flags that all of these commands have. */
export interface ClusterFlags {
  readonly kubeconfig: string;
  readonly output?: 'text' | 'json';
}

export interface CreateFlags extends ClusterFlags {
  readonly from?: string;
  readonly idleTimeout?: string;
}

interface Facts {
  readonly name: string;
  readonly url: string;
  readonly from: string;
  readonly running: boolean;
  readonly kubeconfig: string;
}

const PATH = '/-/clusters';
const pathOf = (name: string): string => `${PATH}/${encodeURIComponent(name)}`;

export function listClusters({ kubeconfig, output }: ClusterFlags): Promise<void> {
  return reported(async () => {
    const answer = await send<{ clusters: Facts[] }>(readConnection(kubeconfig), 'GET', PATH);
    if (output === 'json') return `${JSON.stringify(answer, null, 2)}\n`;
    return answer.clusters
      .map(({ name, url, from, running }) => `${name} from ${from} ${running ? 'running' : 'not used yet'} ${url}\n`)
      .join('');
  });
}

export function createCluster(name: string | undefined, { kubeconfig, from, idleTimeout }: CreateFlags): Promise<void> {
  const wish = {
    ...(name !== undefined && { name }),
    ...(from !== undefined && { from }),
    ...(idleTimeout !== undefined && { idleTimeout }),
  };
  return reported(async () => (await send<Facts>(readConnection(kubeconfig), 'POST', PATH, wish)).kubeconfig);
}

export function printKubeconfig(name: string, { kubeconfig }: ClusterFlags): Promise<void> {
  return reported(async () => (await send<Facts>(readConnection(kubeconfig), 'GET', pathOf(name))).kubeconfig);
}

export function deleteClusters(names: readonly string[], { kubeconfig }: ClusterFlags): Promise<void> {
  return reported(async () => {
    const connection = readConnection(kubeconfig);
    for (const name of names) await send(connection, 'DELETE', pathOf(name));
    return names.map((name) => `cluster/${name} deleted\n`).join('');
  });
}
