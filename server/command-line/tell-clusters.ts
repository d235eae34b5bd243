import { readConnection, send } from './admin-connection.ts';
import { eachNamed } from './each-named.ts';
import { jsonText, type Output } from './output.ts';
import { reported } from './reported.ts';

/** Flags that all of these commands have. */
export interface ClusterFlags {
  readonly kubeconfig: string;
  readonly output: Output;
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
const kubeconfigOf = (facts: Facts, output: Output): string => (output === 'json' ? jsonText(facts) : facts.kubeconfig);

export function listClusters({ kubeconfig, output }: ClusterFlags): Promise<void> {
  return reported(async () => {
    const answer = await send<{ clusters: Facts[] }>(readConnection(kubeconfig), 'GET', PATH);
    if (output === 'json') return jsonText(answer);
    return answer.clusters
      .map(({ name, url, from, running }) => `${name} from ${from} ${running ? 'running' : 'not used yet'} ${url}\n`)
      .join('');
  });
}

export function createCluster(name: string | undefined, flags: CreateFlags): Promise<void> {
  const { kubeconfig, from, idleTimeout, output } = flags;
  const wish = {
    ...(name !== undefined && { name }),
    ...(from !== undefined && { from }),
    ...(idleTimeout !== undefined && { idleTimeout }),
  };
  return reported(async () => kubeconfigOf(await send<Facts>(readConnection(kubeconfig), 'POST', PATH, wish), output));
}

export function printKubeconfig(name: string, { kubeconfig, output }: ClusterFlags): Promise<void> {
  return reported(async () => kubeconfigOf(await send<Facts>(readConnection(kubeconfig), 'GET', pathOf(name)), output));
}

export function deleteClusters(names: readonly string[], { kubeconfig, output }: ClusterFlags): Promise<void> {
  return reported(async () => {
    const connection = readConnection(kubeconfig);
    const deleted = await eachNamed(names, async (name) => {
      await send(connection, 'DELETE', pathOf(name));
      return name;
    });
    if (output === 'json') return jsonText({ deleted });
    return deleted.map((name) => `cluster/${name} deleted\n`).join('');
  });
}
