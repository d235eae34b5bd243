import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { CertificateSigningRequest } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

export type Request = Frozen<CertificateSigningRequest>;

export const REQUESTS = 'certificates.k8s.io/v1/certificatesigningrequests';

/** The account of all controllers for certificates. */
export const ACCOUNT = 'certificate-controller';

export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
export const KUBELET_SERVING_SIGNER = 'kubernetes.io/kubelet-serving';
export const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

export function hasCondition({ status }: Request, type: string): boolean {
  return (status.conditions ?? []).some((condition) => condition.type === type);
}

export const isIssued = ({ status }: Request): boolean => (status.certificate ?? '') !== '';

/** Writes a part of a request. Who was changed or deleted meanwhile is looked at again when the informer says so. */
export async function writePart(
  request: Request,
  status: Request['status'],
  part: 'status' | 'approval',
  env: ControllerEnv,
): Promise<void> {
  try {
    await env.client.update(REQUESTS, { ...request, status }, part);
  } catch (error) {
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}
