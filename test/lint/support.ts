import type { Finding } from '../../server/cluster/lint/finding.ts';
import type { StartOptions } from '../../server/index.ts';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { ask, readKubeconfig } from '../support/ask.ts';

/** A cluster that is asked by a program called `operator`. */
export interface LintedCluster extends AdminCluster {
  /** Sends a request as the operator; @returns its status */
  operator(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<number>;
  /** What lint finds of it. */
  findings(query?: string): Promise<readonly Finding[]>;
}

export async function lintedCluster(options: StartOptions = {}): Promise<LintedCluster> {
  const shop = await adminCluster(options);
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  return {
    ...shop,
    async operator(method, path, body, headers = {}) {
      const all = { 'user-agent': 'operator/v1.0', 'content-type': 'application/json', ...headers };
      const text = body ? JSON.stringify(body) : '';
      const answer = await ask(shop.cluster.url + path, { method, credentials, headers: all, body: text });
      return answer.status;
    },
    async findings(query = '') {
      const { text } = await shop.admin('GET', `/-/lint${query}`);
      return (JSON.parse(text) as { findings: Finding[] }).findings;
    },
  };
}

export const MAPS = '/api/v1/namespaces/default/configmaps';
export const MERGE = { 'content-type': 'application/merge-patch+json' };
