import { rfc3339 } from '../../base/clock.ts';
import { type Frozen, thaw } from '../../base/freeze.ts';
import { type FieldProblem, invalidObject } from '../../kube/field-problem.ts';
import { humanDuration, since } from '../../kube/human-duration.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { CertificateSigningRequest } from '../../kube/types.gen.ts';
import type { ResourceDefinition, Subresource, WriteContext } from '../../registry/resource.ts';
import {
  changeProblems,
  contradictionProblems,
  type Permissions,
  requestProblems,
} from '../shared/signing-request-rules.ts';

type Request = CertificateSigningRequest;

/** The requester is who asks, whatever the object says (PrepareForCreate). */
function beforeCreate(request: Request, { user }: WriteContext): undefined {
  const { username: _username, uid: _uid, groups: _groups, extra: _extra, ...spec } = request.spec;
  const extra = Object.entries(user.extra ?? {}).map(([key, values]) => [key, [...values]]);
  request.spec = {
    ...spec,
    ...(user.name !== '' && { username: user.name }),
    ...(user.uid && { uid: user.uid }),
    ...(user.groups.length > 0 && { groups: [...user.groups] }),
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
  };
  request.status = {};
  return undefined;
}

/** Only metadata changes outside of the subresources. */
function beforeUpdate(request: Request, old: Frozen<Request>): undefined {
  request.spec = thaw(old.spec) as Request['spec'];
  request.status = thaw(old.status) as Request['status'];
  return undefined;
}

/** populateConditionTimestamps. */
function fillTimes(request: Request, old: Frozen<Request>, nowMs: number): void {
  const now = rfc3339(nowMs);
  for (const condition of request.status.conditions ?? []) {
    condition.lastUpdateTime ||= now;
    const before = (old.status.conditions ?? []).find(
      ({ type, status, lastTransitionTime }) =>
        type === condition.type && status === condition.status && lastTransitionTime,
    );
    condition.lastTransitionTime ||= before?.lastTransitionTime ?? now;
  }
}

/** A status keeps the conditions of approval as they are stored (preserveConditionInstances). */
function beforeStatusUpdate(request: Request, old: Frozen<Request>, { clock }: WriteContext): void {
  for (const type of ['Approved', 'Denied']) {
    const stored = (old.status.conditions ?? []).filter((condition) => condition.type === type);
    const conditions = request.status.conditions ?? [];
    const places = [...conditions.keys()].filter((i) => conditions[i]?.type === type);
    if (places.length !== stored.length) continue;
    for (const [n, place] of places.entries()) conditions[place] = thaw(stored[n]) as (typeof conditions)[number];
  }
  fillTimes(request, old, clock.now());
}

function updateProblems(request: Frozen<Request>, old: Frozen<Request>, may: Permissions): FieldProblem[] {
  return [
    ...requestProblems(request, old),
    ...changeProblems(request, old, may),
    ...contradictionProblems(request, old),
  ];
}

/** Approving and denying: only conditions and metadata change. */
const approval: Subresource = {
  get: (parent) => parent as KubeObject,
  apply(object, parent, { env, info }) {
    const old = thaw(parent) as unknown as Frozen<Request>;
    const request = object as unknown as Request;
    fillTimes(request, old, env.clock.now());
    const { conditions = [] } = request.status;
    const { conditions: _conditions, ...rest } = parent.status as Request['status'];
    parent.status = { ...(conditions.length > 0 && { conditions }), ...rest };
    const { labels, annotations, finalizers, ownerReferences } = object.metadata;
    Object.assign(parent.metadata, { labels, annotations, finalizers, ownerReferences });
    const changed = parent as unknown as Frozen<Request>;
    const problems = updateProblems(changed, old, { approval: true, certificate: false });
    if (problems.length > 0) throw invalidObject(info, parent.metadata.name ?? '', problems);
  },
};

/** `Approved,Issued` (extractCSRStatus). */
function statusCell({ conditions = [], certificate = '' }: Frozen<Request['status']>): string {
  const has = (type: string): boolean => conditions.some((condition) => condition.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${certificate === '' ? '' : ',Issued'}`;
}

export const definition: ResourceDefinition<Request> = {
  resource: 'certificatesigningrequests.certificates.k8s.io',
  rechecksGenerateName: true,
  nameProblems: pathSegmentProblems,
  beforeCreate,
  beforeUpdate,
  beforeStatusUpdate,
  checksEnums: true,
  validate: (request, old) =>
    old
      ? updateProblems(request, old, { approval: false, certificate: false })
      : [...requestProblems(request), ...contradictionProblems(request)],
  validateStatus: (request, old) => updateProblems(request, old, { approval: false, certificate: true }),
  selectsNoNamespace: true,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
  subresources: { approval },
  resetFields: {
    '': ['spec', 'status'],
    status: ['spec', 'status.conditions'],
    approval: ['spec', 'status.certificate'],
  },
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    since(metadata.creationTimestamp, nowMs),
    spec.signerName || '<none>',
    spec.username ?? '',
    spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    statusCell(status),
  ],
};
