import type { Step } from '../../../support/exchanges.ts';
import { admission } from './admission.ts';
import { apiservices } from './apiservices.ts';
import { applies } from './apply.ts';
import { certificates } from './certificates.ts';
import { configuration, endpointLists, limits } from './configuration.ts';
import { deviceSelectors } from './device-selectors.ts';
import { eventLife, events } from './events.ts';
import { limitRanger } from './limit-ranger.ts';
import { managers } from './managers.ts';
import { namespaces } from './namespaces.ts';
import { nodeRestriction } from './node-restriction.ts';
import { nodes } from './nodes.ts';
import { podColumns } from './pod-columns.ts';
import { podBinding, podDeletion, podEviction, podUpdates } from './pod-life.ts';
import { ephemeralContainers, podResize } from './pod-parts.ts';
import { podResizeNodes } from './pod-resize-nodes.ts';
import { podRichUpdates } from './pod-rich-updates.ts';
import { podSecurityBaseline, podSecurityModes, podSecurityNamespaces, podSecurityRestricted } from './pod-security.ts';
import { podDefaults, podRules } from './pods.ts';
import { replication } from './replication.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAddresses, serviceNodePorts, serviceRules, serviceTypes } from './services.ts';
import { volumes } from './volumes.ts';

/** By the name of their golden file. */
export const scripts: Readonly<Record<string, readonly Step[]>> = {
  ...admission,
  apiservices,
  ...applies,
  certificates,
  configuration,
  'device-selectors': deviceSelectors,
  endpoints: endpointLists,
  events,
  'event-life': eventLife,
  'limit-ranger': limitRanger,
  limits,
  ...managers,
  namespaces,
  'node-restriction': nodeRestriction,
  nodes,
  'pod-binding': podBinding,
  'pod-columns': podColumns,
  'pod-defaults': podDefaults,
  'pod-deletion': podDeletion,
  'pod-eviction': podEviction,
  'pod-ephemeral-containers': ephemeralContainers,
  'pod-resize': podResize,
  'pod-resize-nodes': podResizeNodes,
  'pod-rules': podRules,
  'pod-security-baseline': podSecurityBaseline,
  'pod-security-modes': podSecurityModes,
  'pod-security-namespaces': podSecurityNamespaces,
  'pod-security-restricted': podSecurityRestricted,
  'pod-updates': podUpdates,
  'pod-rich-updates': podRichUpdates,
  replication,
  'resource-quota': resourceQuota,
  'service-addresses': serviceAddresses,
  'service-node-ports': serviceNodePorts,
  'service-rules': serviceRules,
  'service-types': serviceTypes,
  volumes,
};
