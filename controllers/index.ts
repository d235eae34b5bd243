import { controller as bootstrapSigner } from './bootstrap-signer/index.ts';
import { certificateControllers, type SignCertificate } from './certificates/index.ts';
import { controller as clusterRoleAggregation } from './cluster-role-aggregation/index.ts';
import { controller as cronJob } from './cronjob/index.ts';
import { controller as daemonSet } from './daemonset/index.ts';
import { controller as deployment } from './deployment/index.ts';
import { controller as disruption } from './disruption/index.ts';
import { controller as endpoints } from './endpoints/index.ts';
import { controller as endpointSlice } from './endpointslice/index.ts';
import { controller as flowSchema } from './flow-schema/index.ts';
import { controller as garbageCollector } from './garbage-collector/index.ts';
import { controller as job } from './job/index.ts';
import type { ControllerDefinition } from './lib/controller.ts';
import { controller as namespace } from './namespace/index.ts';
import { controller as nodeLifecycle } from './node-lifecycle/index.ts';
import { createPersistentVolumeBinder } from './persistentvolume-binder/index.ts';
import { createPodGarbageCollector } from './pod-garbage-collector/index.ts';
import { controller as volumeProtection } from './pv-protection/index.ts';
import { controller as claimProtection } from './pvc-protection/index.ts';
import { controller as replicaSet, replicationController } from './replicaset/index.ts';
import { controller as resourceQuota } from './resource-quota/index.ts';
import { rootCaController } from './root-ca/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { controller as serviceAccount } from './service-account/index.ts';
import { serviceAccountTokenController, type TokenParts } from './serviceaccount-token/index.ts';
import { controller as statefulSet } from './statefulset/index.ts';
import { controller as storageProvisioner } from './storage-provisioner/index.ts';
import { controller as tokenCleaner } from './token-cleaner/index.ts';
import { controller as ttlAfterFinished } from './ttl-after-finished/index.ts';
import { type CheckTypes, policyStatusController } from './validating-admission-policy-status/index.ts';

/** What some controllers hand out and no API tells them: without it they are left out. */
export interface ControllerParts {
  /** The certificate that signed the server's, PEM. */
  readonly caCertificate: string;
  /** Checks the expressions of policies against the types of objects. */
  readonly checkPolicy: CheckTypes;
  readonly issueToken: TokenParts['issue'];
  /** Makes certificates of the CA that clients are known by. */
  readonly signCertificate: SignCertificate;
}

/**
 * Every controller, made for one cluster, in the order in which they start: those that there are parts for. The
 * kubelet is the caller's.
 */
export function createControllers({
  caCertificate,
  checkPolicy,
  issueToken,
  signCertificate,
}: Partial<ControllerParts>): ControllerDefinition[] {
  return [
    ...(caCertificate !== undefined && issueToken
      ? [serviceAccountTokenController({ caCertificate, issue: issueToken })]
      : []),
    namespace,
    serviceAccount,
    ...(caCertificate === undefined ? [] : [rootCaController(caCertificate)]),
    garbageCollector,
    nodeLifecycle,
    createPodGarbageCollector(),
    ...certificateControllers(signCertificate),
    deployment,
    daemonSet,
    replicaSet,
    replicationController,
    statefulSet,
    job,
    cronJob,
    ttlAfterFinished,
    disruption,
    createPersistentVolumeBinder(),
    claimProtection,
    volumeProtection,
    storageProvisioner,
    endpoints,
    endpointSlice,
    flowSchema,
    resourceQuota,
    clusterRoleAggregation,
    ...(checkPolicy ? [policyStatusController(checkPolicy)] : []),
    bootstrapSigner,
    tokenCleaner,
    createScheduler(),
  ];
}
