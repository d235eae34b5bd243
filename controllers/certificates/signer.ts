/** Signs approved requests for the signers of Kubernetes itself, with the cluster's CA. */
import { rfc3339 } from '../../server/base/clock.ts';
import { type CertificateRequest, parseCertificateRequest } from '../../server/kube/certificate-request.ts';
import type { Key } from '../../server/kube/object.ts';
import type { CertificateSigningRequest } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { kubeletClientFault, kubeletServingFault } from './kubelet-rules.ts';
import {
  ACCOUNT,
  CLIENT_SIGNER,
  hasCondition,
  isIssued,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  LEGACY_SIGNER,
  REQUESTS,
  type Request,
  writePart,
} from './requests.ts';

/** Makes a certificate (PEM) of the cluster's CA. */
export type SignCertificate = (
  request: CertificateRequest,
  usages: readonly string[],
  validity: { readonly notBeforeMs: number; readonly notAfterMs: number },
) => string;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** `--cluster-signing-duration`. */
const LONGEST_MS = 365 * 24 * HOUR_MS;
const SHORTEST_MS = 10 * MINUTE_MS;
/** Clocks differ: certificates are good from a little before. Only long ones end earlier by as much. */
const BACKDATED_MS = 5 * MINUTE_MS;
const SHORT_MS = 8 * HOUR_MS;

function clientFault(_asked: CertificateRequest, usages: readonly string[]): string | undefined {
  const known = ['digital signature', 'key encipherment', 'client auth'];
  const other = usages.find((usage) => !known.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

/** Why a signer does not sign a request. */
const FAULTS = new Map<string, (asked: CertificateRequest, usages: readonly string[]) => string | undefined>([
  [CLIENT_SIGNER, clientFault],
  [KUBELET_CLIENT_SIGNER, kubeletClientFault],
  [KUBELET_SERVING_SIGNER, kubeletServingFault],
  [LEGACY_SIGNER, () => undefined],
]);

function validity({ spec }: Request, nowMs: number): { notBeforeMs: number; notAfterMs: number } {
  const { expirationSeconds } = spec;
  const askedMs = expirationSeconds === undefined ? LONGEST_MS : expirationSeconds * 1000;
  const lastsMs = Math.max(Math.min(askedMs, LONGEST_MS), SHORTEST_MS);
  const notAfterMs = nowMs + lastsMs - (lastsMs < SHORT_MS ? 0 : BACKDATED_MS);
  return { notBeforeMs: nowMs - BACKDATED_MS, notAfterMs };
}

export function createSigner(sign: SignCertificate): ControllerDefinition {
  const reconcile = async (key: Key, env: ControllerEnv): Promise<undefined> => {
    const request = env.lister<CertificateSigningRequest>(REQUESTS).get(key);
    if (!request || isIssued(request) || !isApproved(request) || hasCondition(request, 'Failed')) return;
    const { signerName, usages = [] } = request.spec;
    const faultOf = FAULTS.get(signerName);
    if (!faultOf) return;
    const asked = parseCertificateRequest(request.spec.request);
    const fault = faultOf(asked, usages);
    if (fault !== undefined) return fail(request, fault, env);
    if (!asked.isSigned()) {
      env.log.warn({ request: key.name }, 'unable to verify certificate request signature');
      return;
    }
    const certificate = Buffer.from(sign(asked, usages, validity(request, env.clock.now()))).toString('base64');
    await writePart(request, { ...request.status, certificate }, 'status', env);
  };
  return {
    name: 'certificatesigningrequest-signing-controller',
    queue: 'certificate',
    account: ACCOUNT,
    watches: [self(REQUESTS)],
    reconcile,
  };
}

/** Who is denied as well is not approved. */
const isApproved = (request: Request): boolean => hasCondition(request, 'Approved') && !hasCondition(request, 'Denied');

async function fail(request: Request, message: string, env: ControllerEnv): Promise<undefined> {
  const lastUpdateTime = rfc3339(env.clock.now());
  const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime };
  const conditions = [...(request.status.conditions ?? []), failed];
  await writePart(request, { ...request.status, conditions }, 'status', env);
}
