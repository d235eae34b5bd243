import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, immutable, invalid, required, tooLong } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { caselessSubdomainProblems } from '../shared/name-rules.ts';
import { driverNameProblems } from '../shared/volume-source-rules.ts';

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 1024;
const MAX_ATTACHER = 63;

function validate({ spec, status }: Frozen<VolumeAttachment>, old?: Frozen<VolumeAttachment>): FieldProblem[] {
  // Declarative rules do not look at what may not change: those of the attacher are the hand-written ones then.
  const problems = old ? driverNameProblems('spec.attacher', spec.attacher) : [];
  problems.push(...sourceProblems(spec.source));
  for (const detail of dnsSubdomainProblems(spec.nodeName))
    problems.push(invalid('spec.nodeName', spec.nodeName, detail));
  problems.push(...statusProblems(status));
  const { persistentVolumeName: name } = spec.source;
  for (const detail of name === undefined ? [] : dnsSubdomainProblems(name)) {
    problems.push(invalid('spec.source.persistentVolumeName', name, detail));
  }
  // What follows is declarative upstream.
  if (old) return deepEqual(spec, old.spec) ? problems : [...problems, immutable('spec', null)];
  return [...problems, ...attacherProblems(spec.attacher)];
}

function attacherProblems(attacher: string): FieldProblem[] {
  if (attacher === '') return [required('spec.attacher')];
  const problems = caselessSubdomainProblems(attacher).map((detail) => invalid('spec.attacher', attacher, detail));
  if (attacher.length <= MAX_ATTACHER) return problems;
  const { field, reason } = tooLong('spec.attacher', MAX_ATTACHER);
  return [...problems, { field, reason, message: `Too long: may not be more than ${MAX_ATTACHER} characters` }];
}

function sourceProblems({
  inlineVolumeSpec,
  persistentVolumeName: name,
}: Frozen<VolumeAttachmentSource>): FieldProblem[] {
  const path = 'spec.source';
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inlineVolumeSpec && name === undefined) return [required(path, detail)];
  if (inlineVolumeSpec && name !== undefined) return [forbiddenField(path, detail)];
  const empty = 'must specify non empty persistentVolumeName';
  return name === '' ? [required(`${path}.persistentVolumeName`, empty)] : [];
}

function statusProblems(status: Frozen<VolumeAttachment['status']>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(status.attachmentMetadata ?? {})) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) problems.push(tooLong('status.attachmentMetadata', MAX_METADATA_BYTES));
  for (const field of ['attachError', 'detachError'] as const) {
    problems.push(...errorProblems(status[field], `status.${field}`));
  }
  return problems;
}

function errorProblems(error: Frozen<VolumeError> | undefined, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (Buffer.byteLength(error?.message ?? '') > MAX_MESSAGE_BYTES) {
    problems.push(tooLong(`${path}.message`, MAX_MESSAGE_BYTES));
  }
  if ((error?.errorCode ?? 0) < 0) {
    problems.push(invalid(`${path}.errorCode`, error?.errorCode, `must be between 0 and ${2 ** 31 - 1}, inclusive`));
  }
  return problems;
}

export const definition: ResourceDefinition<VolumeAttachment> = {
  resource: 'volumeattachments.storage.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  beforeCreate(attachment) {
    clearStatus(attachment, 'io.k8s.api.storage.v1.VolumeAttachmentStatus');
    return undefined;
  },
  validate,
  validateStatus: validate,
  statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  returnsDeleted: true,
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    spec.attacher,
    spec.source.persistentVolumeName ?? '',
    spec.nodeName,
    status.attached,
    since(metadata.creationTimestamp, nowMs),
  ],
};
