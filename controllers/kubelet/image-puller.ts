/** Images are there, come, or cannot: k8s.io/kubernetes/pkg/kubelet/images/image_manager.go. */
import type { PullMemory } from './pod-memory.ts';
import { parseImage } from './runtime/image-reference.ts';
import type { AnyContainer, Pull } from './runtime/pod-runtime.ts';
import type { SyncContext } from './sync-context.ts';

/** Why a container has to wait. */
export interface Waits {
  readonly reason: string;
  readonly message: string;
}

/** What a node has after this pull, and what else is known of the image. */
export type Pulled = { readonly image: Pull } | { readonly waits: Waits } | 'pulling';

/** Makes sure that the node has the image of a container. */
export function pullImage(container: AnyContainer, context: SyncContext): Pulled {
  const { memory, images, nowMs, tell, routine } = context;
  const { image = '', imagePullPolicy = 'IfNotPresent' } = container;
  const reference = parseImage(image);
  if (typeof reference === 'string') {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${reference}`;
    tell('Warning', 'InspectFailed', message, container);
    return fails(container, context, { reason: 'InvalidImageName', message });
  }
  // Another image than before begins anew, also with its back-off.
  if (memory.pullOf(container.name)?.image !== image) memory.endPull(container.name);
  const before = memory.pullOf(container.name) ?? { image, firstMs: nowMs, failures: 0 };
  const pull = (): Pull => context.runtime.pull(context.pod, container, before.failures, nowMs - before.firstMs);
  if (imagePullPolicy !== 'Always' && images.has(reference.text) && !memory.pullOf(container.name)) {
    const present = pull();
    if (present.error === undefined && present.takesMs === 0) {
      const message = `Container image "${image}" already present on machine and can be accessed by the pod`;
      routine('Pulled', message, container);
      return { image: present };
    }
  }
  if (imagePullPolicy === 'Never') {
    if (images.has(reference.text)) return { image: pull() };
    const message = `Container image "${image}" is not present with pull policy of Never`;
    tell('Warning', 'ErrImageNeverPull', message, container);
    return fails(container, context, { reason: 'ErrImageNeverPull', message });
  }
  return pullNow(container, before, pull, context);
}

function pullNow(container: AnyContainer, before: PullMemory, ask: () => Pull, context: SyncContext): Pulled {
  const { memory, nowMs, tell, routine } = context;
  const { name, image = '' } = container;
  const key = `${name} ${image}`;
  const backOff = memory.pullBackOffs.leftMs(key, before.failedMs ?? nowMs, nowMs);
  if (before.error !== undefined && backOff > 0) {
    tell('Normal', 'BackOff', `Back-off pulling image "${image}"`, container);
    context.wakeAt(nowMs + backOff);
    const message = `Back-off pulling image "${image}": ErrImagePull: ${before.error}`;
    return fails(container, context, { reason: 'ImagePullBackOff', message });
  }
  const isGoingOn = memory.pullOf(name) !== undefined && before.error === undefined;
  if (!isGoingOn) routine('Pulling', `Pulling image "${image}"`, container);
  memory.notePull(name, before);
  delete before.error;
  const pull = ask();
  if (pull.error !== undefined) {
    tell('Warning', 'Failed', `Failed to pull image "${image}": ${pull.error}`, container);
    Object.assign(before, { error: pull.error, failures: before.failures + 1, failedMs: nowMs });
    memory.pullBackOffs.next(key, nowMs, nowMs);
    context.wakeAt(nowMs);
    return fails(container, context, { reason: 'ErrImagePull', message: pull.error });
  }
  if (pull.takesMs > 0) {
    if (pull.takesMs !== Number.POSITIVE_INFINITY) context.wakeAt(nowMs + pull.takesMs);
    return 'pulling';
  }
  memory.endPull(name);
  const reference = parseImage(image);
  if (typeof reference !== 'string') context.images.add(reference.text);
  const took = `${nowMs - before.firstMs}ms`;
  const duration = `in ${took} (${took} including waiting)`;
  const message = `Successfully pulled image "${image}" ${duration}. Image size: ${pull.bytes} bytes.`;
  routine('Pulled', message, container);
  return { image: pull };
}

function fails(container: AnyContainer, { tell }: SyncContext, waits: Waits): Pulled {
  tell('Warning', 'Failed', `Error: ${waits.reason}`, container);
  return { waits };
}

/**
 * Makes sure that the node has the images that a container mounts as volumes: toKubeContainerImageVolumes.
 *
 * @returns what it waits for, if anything
 */
export function pullVolumes(container: AnyContainer, context: SyncContext): Waits | 'pulling' | undefined {
  const { pod, tell, routine } = context;
  if (!pod.spec.volumes?.some(({ image }) => image)) return undefined;
  // What is told of them is told of the pod.
  const ofPod: SyncContext = {
    ...context,
    surroundings: context.surroundings,
    tell: (type, reason, message) => tell(type, reason, message),
    routine: (reason, message) => routine(reason, message),
  };
  let waits: Waits | 'pulling' | undefined;
  for (const { name, image } of pod.spec.volumes ?? []) {
    if (!image || !container.volumeMounts?.some((mount) => mount.name === name)) continue;
    const { reference = '', pullPolicy = 'IfNotPresent' } = image;
    const wanted = { name: `volume ${name}`, image: reference, imagePullPolicy: pullPolicy, resources: {} };
    const pulled = pullImage(wanted, ofPod);
    if (pulled === 'pulling') waits ??= pulled;
    else if ('waits' in pulled) {
      const { reason, message } = pulled.waits;
      tell('Warning', 'Failed', `Error: ${reason}`, container);
      waits = { reason, message };
    }
  }
  return waits;
}
