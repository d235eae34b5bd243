/** Deletes pods' requests for certificates after a quarter of an hour, whatever became of them. */
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { PodCertificateRequest } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';

const POD_REQUESTS = 'certificates.k8s.io/v1/podcertificaterequests';

/** Kubelets are done with a request long before. */
const AGE_MAX_MS = 15 * 60 * 1000;

export const podCleaner: ControllerDefinition = {
  name: 'podcertificaterequest-cleaner-controller',
  account: 'podcertificaterequestcleaner',
  watches: [self(POD_REQUESTS)],
  reconcile,
};

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const request = env.lister<PodCertificateRequest>(POD_REQUESTS).get(key);
  if (!request) return undefined;
  const { creationTimestamp = '', uid = '' } = request.metadata;
  const leftMs = Date.parse(creationTimestamp) + AGE_MAX_MS - env.clock.now();
  if (leftMs > 0) return { againInMs: leftMs };
  try {
    await env.client.delete(POD_REQUESTS, key, { uid });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
  return undefined;
}
