import type { DeviceClaim, DeviceSubRequest, ExactDeviceRequest } from '../../kube/types.gen.ts';

/** A request that says nothing is for one device. */
export function fillDeviceClaimDefaults({ requests }: DeviceClaim): void {
  for (const { exactly, firstAvailable = [] } of requests ?? []) {
    for (const request of exactly ? [exactly, ...firstAvailable] : firstAvailable) fillRequest(request);
  }
}

function fillRequest(request: ExactDeviceRequest | DeviceSubRequest): void {
  request.allocationMode ||= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
}
