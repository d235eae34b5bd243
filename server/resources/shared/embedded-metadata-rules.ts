import { pathSegmentProblems } from '../../kube/names.ts';
import { metaProblems } from '../../registry/object-meta.ts';
import type { MetadataRules } from '../../schema/custom/structural-schema.ts';

/** The rules of metadata inside of custom resources: those of any new object, whatever its names stand for. */
export const embeddedMetadataRules: MetadataRules = (metadata) =>
  metaProblems(metadata, { namespaced: (metadata.namespace ?? '') !== '', nameProblems: pathSegmentProblems });
