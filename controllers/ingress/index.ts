/** Tells in the status of Ingresses where they are served: k8s.io/ingress-nginx/internal/ingress/status. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { isServedIngress } from '../../server/kube/network/ingress-classes.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Ingress, IngressClass, IngressLoadBalancerIngress } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';

const INGRESSES = 'networking.k8s.io/v1/ingresses';
const CLASSES = 'networking.k8s.io/v1/ingressclasses';

/** Where Ingresses are served from outside. */
export interface IngressPoint {
  readonly address: string;
  readonly ports: readonly number[];
}

/** @param point undefined when no port serves them: then nobody touches their status */
export function createIngress(point?: IngressPoint): ControllerDefinition {
  const served = point && [{ ip: point.address, ports: point.ports.map((port) => ({ port, protocol: 'TCP' })) }];
  return {
    name: 'ingress-controller',
    account: 'ingress-controller',
    agent: 'fauxkube-ingress-controller',
    // Ingress controllers bring accounts of their own; no role of upstream's is for them.
    user: { name: 'ingress-controller', groups: ['system:masters', 'system:authenticated'] },
    watches: served
      ? [
          self(INGRESSES),
          { resource: CLASSES, keys: (_class, env) => env.lister<Ingress>(INGRESSES).list().map(keyOf) },
        ]
      : [],
    async reconcile(key, env) {
      if (served) await publish(key, served, env);
      return undefined;
    },
  };
}

async function publish(key: Key, served: readonly IngressLoadBalancerIngress[], env: ControllerEnv): Promise<void> {
  const ingress = env.lister<Ingress>(INGRESSES).get(key);
  if (!ingress || ingress.metadata.deletionTimestamp !== undefined) return;
  const told: Frozen<IngressLoadBalancerIngress>[] = [...(ingress.status.loadBalancer.ingress ?? [])];
  const isServed = isServedIngress(ingress, env.lister<IngressClass>(CLASSES).list());
  // What others tell of Ingresses that are theirs stays.
  if (deepEqual(told, served) === isServed) return;
  const status = { loadBalancer: { ingress: isServed ? served : null } };
  try {
    await env.client.patch(INGRESSES, key, 'merge', { status }, 'status');
  } catch (error) {
    // It has gone meanwhile.
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}
