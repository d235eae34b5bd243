import { create, type SecuredCluster, securedCluster } from '../secured-cluster.ts';
import type { Player } from './play.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
/** Where one warning ends and the next begins in a header that has several. */
const NEXT_WARNING = /, (?=\d{3} )/;

/** Players of one cluster, each in a namespace of its own. The cluster begins with the first. */
export class ClusterPlayers implements AsyncDisposable {
  #cluster: Promise<SecuredCluster> | undefined;

  async in(namespace: string): Promise<Player> {
    this.#cluster ??= securedCluster();
    const cluster = await this.#cluster;
    await create(cluster, '/api/v1/namespaces', { metadata: { name: namespace } });
    return {
      namespace,
      ask: async (method, path, body, contentType, table) => {
        const type = contentType === undefined ? [] : [['content-type', contentType] as const];
        const headers = [['accept', table ? TABLE : 'application/json'] as const, ...type];
        const answer = await cluster.ask(method, path, { headers, ...(body && { body }) });
        const warnings = [answer.headers.warning ?? []].flat().flatMap((line) => line.split(NEXT_WARNING));
        return { status: answer.status, body: answer.body, warnings };
      },
      settle: () => Promise.resolve(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#cluster)?.[Symbol.asyncDispose]();
  }
}
