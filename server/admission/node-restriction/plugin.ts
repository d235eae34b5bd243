/** Nodes change only what belongs to them: NodeRestriction. */
import { isNode, NODE_PREFIX } from '../../kube/node-user.ts';
import { resourceName } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionEnv, AdmissionPlugin } from '../plugin.ts';
import { refusal } from '../refusal.ts';
import { checkNode } from './node.ts';
import {
  checkClaim,
  checkCsiNode,
  checkLease,
  checkResourceSlice,
  checkSigningRequest,
  type Difference,
} from './owned-objects.ts';
import { checkPod } from './pod.ts';
import { checkCertificateRequest } from './pod-certificate.ts';
import { checkToken } from './token.ts';

/** Refuses what a node may not do with the objects of one resource. */
type Check = (review: Review, node: string, env: NodeEnv) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  pods: checkPod,
  nodes: checkNode,
  persistentvolumeclaims: checkClaim,
  serviceaccounts: checkToken,
  'podcertificaterequests.certificates.k8s.io': checkCertificateRequest,
  'leases.coordination.k8s.io': checkLease,
  'csinodes.storage.k8s.io': checkCsiNode,
  'resourceslices.resource.k8s.io': checkResourceSlice,
  'certificatesigningrequests.certificates.k8s.io': checkSigningRequest,
};

export interface NodeEnv extends AdmissionEnv {
  /** How messages show what differs between two objects of a type, such as `io.k8s.api.core.v1.Pod`. */
  readonly difference: Difference;
}

export function nodeRestriction(env: NodeEnv): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: ({ operation, info }) =>
      operation !== 'connect' && Object.hasOwn(CHECKS, resourceName(info.group, info.resource)),
    mutatesDeletions: true,
    // It changes nothing, but looks before others change what it judges.
    mutate(review) {
      const { user, info } = review;
      if (!isNode(user)) return;
      const node = user.name.slice(NODE_PREFIX.length);
      if (node === '') throw refusal(review, `could not determine node from user ${JSON.stringify(user.name)}`);
      CHECKS[resourceName(info.group, info.resource)]?.(review, node, env);
    },
  };
}
