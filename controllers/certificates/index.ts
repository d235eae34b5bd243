/** Requests for certificates: kubelets' are approved, approved ones signed, old ones deleted, pods' too. */
import type { ControllerDefinition } from '../lib/controller.ts';
import { approver } from './approver.ts';
import { cleaner } from './cleaner.ts';
import { podCleaner } from './pod-cleaner.ts';
import { createSigner, type SignCertificate } from './signer.ts';

export type { SignCertificate } from './signer.ts';

/** @param sign makes certificates of the cluster's CA; without it nobody signs */
export function certificateControllers(sign: SignCertificate | undefined): ControllerDefinition[] {
  return [approver, ...(sign ? [createSigner(sign)] : []), cleaner, podCleaner];
}
