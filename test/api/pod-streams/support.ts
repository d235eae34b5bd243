import type { Status } from '../../../server/kube/api-error.ts';
import { type ScriptedPods, scriptedPods } from '../../support/scripted-pods.ts';
import { type Upgraded, upgrade } from '../../support/streams/upgrade.ts';

/** A node runs `web`, and `two` with two containers; `unbound` and `unbound-two` have no node. */
export interface StreamServer extends ScriptedPods {
  /** Asks as somebody, below the pods of the default namespace. */
  ask(method: string, path: string, headers?: Readonly<Record<string, string>>, user?: string): Promise<Upgraded>;
}

export const NOBODY_LISTENS = { dial: () => Promise.reject(new Error('connect: connection refused')) };

export async function streamServer(...run: Parameters<ScriptedPods['run']>[1][]): Promise<StreamServer> {
  const pods = await scriptedPods();
  const pod = run[0] ?? NOBODY_LISTENS;
  await pods.run('web', pod);
  await pods.run('two', pod, ['a', 'b']);
  const unbound = (name: string, containers: readonly string[], initContainers: readonly string[] = []): object => ({
    metadata: { name },
    spec: {
      automountServiceAccountToken: false,
      containers: containers.map((container) => ({ name: container, image: 'test' })),
      initContainers: initContainers.map((container) => ({ name: container, image: 'test' })),
    },
  });
  const bodies = { unbound: unbound('unbound', ['main']), 'unbound-two': unbound('unbound-two', ['a', 'b'], ['init']) };
  for (const [name, body] of Object.entries(bodies))
    await pods.transport.send({ verb: 'create', resource: 'v1/pods', key: { namespace: 'default', name }, body });
  return {
    ...pods,
    ask(method, path, headers = { connection: 'close' }, user = 'admin') {
      const groups = user === 'admin' ? ['system:masters'] : [];
      const target = { url: pods.url, ...pods.credentials(user, groups) };
      return upgrade(target, `/api/v1/namespaces/default/pods/${path}`, headers, method);
    },
  };
}

/** The status and the message of a refusal. */
export function refusalOf(answer: Upgraded): [status: number, message: string] {
  if ('socket' in answer) {
    answer.socket.destroy();
    return [101, ''];
  }
  const isStatus = answer.headers['content-type'] === 'application/json';
  return [answer.status, isStatus ? ((JSON.parse(answer.body) as Status).message ?? '') : answer.body];
}
