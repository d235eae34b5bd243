/** Asks for every subresource, and tells which answer 501. */
import { fidelityId, fidelityVerbs } from '../../server/pipeline/fidelity/fidelity.ts';
import { create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { allResources } from './outcomes.ts';

/** `v1/pods/exec create` */
export type AbsentVerbs = ReadonlySet<string>;

const METHODS: Readonly<Record<string, string>> = {
  get: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

/** What is not there at all is told before what is missing of it. */
async function createParents(cluster: SecuredCluster): Promise<void> {
  const metadata = { name: 'some-name' };
  await createAccount(cluster, 'default');
  await create(cluster, '/api/v1/nodes', { metadata });
  const spec = { containers: [{ name: 'a', image: 'b' }] };
  await create(cluster, '/api/v1/namespaces/default/pods', { metadata, spec });
}

export async function absentVerbs(): Promise<AbsentVerbs> {
  await using cluster = await securedCluster();
  await createParents(cluster);
  const absent = new Set<string>();
  for (const info of allResources()) {
    const root = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
    const parent = `${root}/${info.namespaced ? 'namespaces/default/' : ''}${info.resource}/some-name`;
    for (const subresource of info.subresources.keys()) {
      // A proxy leads somewhere below itself.
      const path = `${parent}/${subresource}${subresource === 'proxy' ? '/page' : ''}`;
      for (const verb of fidelityVerbs(info, subresource)) {
        const method = METHODS[verb];
        if (method === undefined) continue;
        const headers: [string, string][] = verb === 'patch' ? [['content-type', 'application/merge-patch+json']] : [];
        const { status } = await cluster.ask(method, path, { headers, ...(method !== 'GET' && { body: {} }) });
        if (status === 501) absent.add(`${fidelityId(info, subresource)} ${verb}`);
      }
    }
  }
  return absent;
}
