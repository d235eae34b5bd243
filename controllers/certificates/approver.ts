/** Approves what kubelets ask for, when they have the right to. */
import { type CertificateRequest, parseCertificateRequest } from '../../server/kube/certificate-request.ts';
import type { Key } from '../../server/kube/object.ts';
import type { CertificateSigningRequest, SubjectAccessReview } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { kubeletClientFault } from './kubelet-rules.ts';
import {
  ACCOUNT,
  hasCondition,
  isIssued,
  KUBELET_CLIENT_SIGNER,
  REQUESTS,
  type Request,
  writePart,
} from './requests.ts';

/** Rights come later sometimes, and nothing tells of them. */
const AGAIN_MS = 5000;

interface Recognizer {
  readonly subresource: string;
  readonly message: string;
  readonly recognizes: (request: Request, asked: CertificateRequest) => boolean;
}

const isKubelet = ({ spec }: Request, asked: CertificateRequest): boolean =>
  spec.signerName === KUBELET_CLIENT_SIGNER && kubeletClientFault(asked, spec.usages ?? []) === undefined;

const RECOGNIZERS: readonly Recognizer[] = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    recognizes: (request, asked) => request.spec.username === asked.commonName && isKubelet(request, asked),
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    recognizes: isKubelet,
  },
];

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const request = env.lister<CertificateSigningRequest>(REQUESTS).get(key);
  if (!request || isIssued(request) || hasCondition(request, 'Approved') || hasCondition(request, 'Denied'))
    return undefined;
  const asked = parseCertificateRequest(request.spec.request);
  const fitting = RECOGNIZERS.filter(({ recognizes }) => recognizes(request, asked));
  for (const { subresource, message } of fitting) {
    if (!(await mayAsk(request, subresource, env))) continue;
    const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const conditions = [...(request.status.conditions ?? []), approved];
    await writePart(request, { ...request.status, conditions }, 'approval', env);
    return undefined;
  }
  return fitting.length > 0 ? { againInMs: AGAIN_MS } : undefined;
}

async function mayAsk({ spec }: Request, subresource: string, env: ControllerEnv): Promise<boolean> {
  const { username, uid, groups, extra } = spec;
  const attributes = {
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    verb: 'create',
    version: '*',
  };
  const review = await env.client.create<SubjectAccessReview>('authorization.k8s.io/v1/subjectaccessreviews', {
    metadata: {},
    spec: { user: username, uid, groups, extra, resourceAttributes: { ...attributes, subresource } },
  });
  return review.status?.allowed ?? false;
}

export const approver: ControllerDefinition = {
  name: 'certificatesigningrequest-approving-controller',
  queue: 'certificate',
  account: ACCOUNT,
  watches: [self(REQUESTS)],
  reconcile,
};
