import type { Frozen } from '../../../server/base/freeze.ts';
import { rest } from '../../../server/base/turn.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { CaseApi } from '../../support/controller-cases/api.ts';
import { ask, create, messageOf } from './oracle.ts';

function pathOf(resource: string, namespace: string): string {
  const parts = resource.split('/');
  const plural = parts.pop();
  const root = parts.length === 1 ? '/api' : '/apis';
  return `${root}/${parts.join('/')}${namespace === '' ? '' : `/namespaces/${namespace}`}/${plural}`;
}

/** The API of the real server; its controllers are given some time, because nothing tells when they are done. */
export function oracleApi(settleMs: number): CaseApi {
  return {
    create: async (resource, object) =>
      (await create(pathOf(resource, object.metadata.namespace ?? ''), object)) as Frozen<KubeObject>,
    list: async (resource, namespace) => {
      const answer = await ask('GET', pathOf(resource, namespace));
      if (answer.code !== 200) throw new Error(`GET ${resource}: ${answer.code} ${answer.text}`);
      return (answer.json as { items: Frozen<KubeObject>[] }).items;
    },
    remove: async (resource, { namespace, name }, propagationPolicy) => {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy };
      const answer = await ask('DELETE', `${pathOf(resource, namespace)}/${name}`, body);
      if (answer.code >= 300) throw new Error(`DELETE ${name}: ${messageOf(answer)}`);
    },
    settle: () => rest(settleMs),
  };
}
