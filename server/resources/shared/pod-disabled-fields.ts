/**
 * Takes away the fields of features that are off in a server without feature gates: upstream accepts and forgets them
 * (DropDisabledPodFields). No stored object has them, so there is nothing to keep. `delete` leaves the fast path of the
 * engine even where there is nothing, so that it stands behind a look.
 */
import type { Container, LifecycleHandler, PodSpec, Probe, Volume } from '../../kube/types.gen.ts';

function dropFromProbe(probe: Probe | undefined): void {
  if (probe?.httpGet?.protocol !== undefined) delete probe.httpGet.protocol;
  if (probe?.grpc?.mode !== undefined) delete probe.grpc.mode;
}

function dropFromHandler(handler: LifecycleHandler | undefined): void {
  if (handler?.httpGet?.protocol !== undefined) delete handler.httpGet.protocol;
}

/** Of a container, in place. */
export function dropFromContainer(container: Container): void {
  for (const mount of container.volumeMounts ?? []) {
    if (mount.bindMountOptions !== undefined) delete mount.bindMountOptions;
  }
  dropFromProbe(container.livenessProbe);
  dropFromProbe(container.readinessProbe);
  dropFromProbe(container.startupProbe);
  dropFromHandler(container.lifecycle?.postStart);
  dropFromHandler(container.lifecycle?.preStop);
  if (container.lifecycle?.stopSignal === undefined || Object.isFrozen(container.lifecycle)) return;
  delete container.lifecycle.stopSignal;
  if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
}

/** Of a volume, in place. */
export function dropFromVolume({ emptyDir, secret, configMap, downwardAPI, projected }: Volume): void {
  if (emptyDir) delete emptyDir.mode;
  const sources = projected?.sources ?? [];
  for (const holder of [secret, configMap, downwardAPI, projected]) if (holder) delete holder.defaultUser;
  const keyed = [secret, configMap, ...sources.flatMap((source) => [source.secret, source.configMap])];
  for (const item of keyed.flatMap((holder) => holder?.items ?? [])) delete item.user;
  for (const holder of [downwardAPI, ...sources.map((source) => source.downwardAPI)]) {
    for (const file of holder?.items ?? []) delete file.user;
  }
  for (const { serviceAccountToken, clusterTrustBundle, podCertificate } of sources) {
    for (const holder of [serviceAccountToken, clusterTrustBundle, podCertificate]) if (holder) delete holder.user;
  }
}

/** Of a pod spec itself, in place. */
export function dropFromSpec(spec: PodSpec): void {
  if (spec.schedulingGroup !== undefined) delete spec.schedulingGroup;
  if (spec.evictionResponders !== undefined) delete spec.evictionResponders;
}
