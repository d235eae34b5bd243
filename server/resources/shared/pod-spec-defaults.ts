/**
 * Defaults of pod specs and of the templates that hold them: SetDefaults_PodSpec and what the generated defaulters call
 * below it. Defaults that only pods have (requests from limits, service links) stand in core/pods.
 */
import type { Container, LifecycleHandler, PodSpec, PodTemplateSpec, Probe } from '../../kube/types.gen.ts';
import { defaultPullPolicy } from './image-reference.ts';
import { dropFromContainer, dropFromSpec, dropFromVolume } from './pod-disabled-fields.ts';
import { roundAmounts } from './resource-amounts.ts';
import { fillVolumeDefaults } from './volume-defaults.ts';

/**
 * Fills in the defaults of a pod spec, in place. Parts that are frozen have been stored, and have theirs.
 *
 * @example
 * fillPodSpecDefaults(job.spec.template.spec)
 */
export function fillPodSpecDefaults(spec: PodSpec): void {
  // `serviceAccount` is the old name of the same field.
  const serviceAccount = spec.serviceAccountName || spec.serviceAccount;
  if (serviceAccount) {
    spec.serviceAccountName = serviceAccount;
    spec.serviceAccount = serviceAccount;
  }
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
  for (const volume of spec.volumes ?? []) {
    if (Object.isFrozen(volume)) continue;
    fillVolumeDefaults(volume);
    dropFromVolume(volume);
  }
  settleContainers(spec.initContainers);
  settleContainers(spec.containers);
  settleContainers(spec.ephemeralContainers);
  roundAmounts(spec.overhead);
  roundAmounts(spec.resources?.limits);
  roundAmounts(spec.resources?.requests);
  dropFromSpec(spec);
}

/** The kinds of container have the same fields, as far as defaults go. */
function settleContainers(containers: PodSpec['containers'] | undefined): void {
  for (const container of containers ?? []) {
    if (Object.isFrozen(container)) continue;
    fillContainerDefaults(container);
    dropFromContainer(container);
  }
}

/** Fills in the defaults of a pod template, in place. */
export function fillPodTemplateDefaults(template: PodTemplateSpec): void {
  fillPodSpecDefaults(template.spec);
}

function fillContainerDefaults(container: Container): void {
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1';
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
  }
  roundAmounts(container.resources.limits);
  roundAmounts(container.resources.requests);
  fillProbeDefaults(container.livenessProbe);
  fillProbeDefaults(container.readinessProbe);
  fillProbeDefaults(container.startupProbe);
  fillHandlerDefaults(container.lifecycle?.postStart);
  fillHandlerDefaults(container.lifecycle?.preStop);
}

function fillProbeDefaults(probe: Probe | undefined): void {
  if (!probe) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  fillHandlerDefaults(probe);
  if (probe.grpc) probe.grpc.service ??= '';
}

function fillHandlerDefaults(handler: Pick<LifecycleHandler, 'httpGet'> | undefined): void {
  if (!handler?.httpGet) return;
  handler.httpGet.path ||= '/';
  handler.httpGet.scheme ||= 'HTTP';
}
