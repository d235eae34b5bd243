import type { StartOptions } from '../../server/index.ts';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { type Answered, ask, type Credentials, readKubeconfig } from '../support/ask.ts';

/** A virtual cluster as a client over HTTP has it. */
export interface Virtual {
  readonly name: string;
  readonly url: string;
  readonly kubeconfig: string;
  readonly credentials: Credentials;
  ask(method: string, path: string, body?: object): Promise<Answered>;
}

export interface Host extends AdminCluster {
  make(wish?: object): Promise<Virtual>;
}

/** A cluster that others are made beside. */
export async function host(options: StartOptions = {}): Promise<Host> {
  const main = await adminCluster(options);
  return {
    ...main,
    make: async (wish = {}) => virtualOf(await main.admin('POST', '/-/clusters', wish)),
    [Symbol.asyncDispose]: () => main[Symbol.asyncDispose](),
  };
}

function virtualOf({ status, text }: Answered): Virtual {
  if (status !== 200) throw new Error(`a virtual cluster was not made: ${text}`);
  const { name, url, kubeconfig } = JSON.parse(text) as Pick<Virtual, 'name' | 'url' | 'kubeconfig'>;
  const credentials = readKubeconfig(kubeconfig);
  return {
    name,
    url,
    kubeconfig,
    credentials,
    ask: (method, path, body) =>
      ask(url + path, {
        method,
        credentials,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }),
  };
}

export const MAPS = '/api/v1/namespaces/default/configmaps';

export const map = (name: string): object => ({ metadata: { name } });

/** Names of the objects of a list. */
export function namesIn({ text }: Answered): string[] {
  return (JSON.parse(text) as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
}

export const messageOf = ({ text }: Answered): string => (JSON.parse(text) as { message: string }).message;
