import { controller as deployment } from './deployment/index.ts';
import { controller as endpoints } from './endpoints/index.ts';
import { controller as endpointSlice } from './endpointslice/index.ts';
import { controller as flowSchema } from './flow-schema/index.ts';
import { controller as garbageCollector } from './garbage-collector/index.ts';
import type { ControllerDefinition } from './lib/controller.ts';
import { controller as namespace } from './namespace/index.ts';
import { controller as replicaSet, replicationController } from './replicaset/index.ts';
import { rootCaController } from './root-ca/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { controller as serviceAccount } from './service-account/index.ts';
import { serviceAccountTokenController, type TokenParts } from './serviceaccount-token/index.ts';

/** What some controllers hand out and no API tells them. */
export interface ControllerParts {
  /** The certificate that signed the server's, PEM. */
  readonly caCertificate: string;
  readonly issueToken: TokenParts['issue'];
}

/** Every controller, made for one cluster, in the order in which they start. The kubelet is the caller's. */
export function createControllers({ caCertificate, issueToken }: ControllerParts): ControllerDefinition[] {
  return [
    serviceAccountTokenController({ caCertificate, issue: issueToken }),
    namespace,
    serviceAccount,
    rootCaController(caCertificate),
    garbageCollector,
    deployment,
    replicaSet,
    replicationController,
    endpoints,
    endpointSlice,
    flowSchema,
    createScheduler(),
  ];
}
