/** The requests that a plan takes: k8s.io/endpointslice, finalize. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf, keyText } from '../../server/kube/object.ts';
import type { EndpointSlice, Service } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { OwnWrites } from '../lib/own-writes.ts';
import { TRIGGER_TIME } from '../lib/service-endpoints/trigger-time.ts';
import { isTerminating } from '../lib/terminating.ts';
import type { Plan } from './packing.ts';

const SLICES = 'discovery.k8s.io/v1/endpointslices';

/**
 * Writes what the plans say. A failure is told in an Event of the service and thrown.
 *
 * @param triggerTime the time of the change that led here; without one the slices lose theirs
 */
export async function finish(
  service: Frozen<Service>,
  plans: readonly Plan[],
  triggerTime: string | undefined,
  own: OwnWrites<EndpointSlice>,
  env: ControllerEnv,
): Promise<void> {
  const name = keyText(keyOf(service));
  try {
    for (const plan of plans) await write(service, plan, triggerTime, own, env);
  } catch (error) {
    const { message } = error as Error;
    env.event(
      service,
      'Warning',
      'FailedToUpdateEndpointSlices',
      `Error updating Endpoint Slices for Service ${name}: ${message}`,
    );
    throw error;
  }
}

async function write(
  service: Frozen<Service>,
  plan: Plan,
  triggerTime: string | undefined,
  own: OwnWrites<EndpointSlice>,
  env: ControllerEnv,
): Promise<void> {
  const name = keyText(keyOf(service));
  // A service that is being deleted takes its slices along: new ones would race with the garbage collector.
  const create = service.metadata.deletionTimestamp === undefined ? plan.create : [];
  for (const slice of create) {
    try {
      own.wrote(await env.client.create<EndpointSlice>(SLICES, timed(slice, triggerTime)));
    } catch (error) {
      if (isTerminating(error)) return;
      throw wrapped(error, `failed to create EndpointSlice for Service ${name}`);
    }
  }
  for (const slice of plan.update) {
    try {
      own.wrote(await env.client.update<EndpointSlice>(SLICES, timed(slice, triggerTime)));
    } catch (error) {
      throw wrapped(error, `failed to update ${slice.metadata.name} EndpointSlice for Service ${name}`);
    }
  }
  for (const slice of plan.remove) {
    own.deleted(slice);
    try {
      await env.client.delete(SLICES, keyOf(slice));
    } catch (error) {
      own.forget(slice);
      throw wrapped(error, `failed to delete ${slice.metadata.name} EndpointSlice for Service ${name}`);
    }
  }
}

function timed(slice: EndpointSlice, triggerTime: string | undefined): EndpointSlice {
  const { [TRIGGER_TIME]: _, ...annotations } = slice.metadata.annotations ?? {};
  if (triggerTime !== undefined) annotations[TRIGGER_TIME] = triggerTime;
  return { ...slice, metadata: { ...slice.metadata, annotations } };
}

function wrapped(error: unknown, what: string): unknown {
  if (!(error instanceof ApiError)) return error;
  return new ApiError(error.code, error.reason, `${what}: ${error.message}`, error.status.details);
}
