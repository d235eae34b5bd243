/** Claims that ask for more than they have: k8s.io/kubernetes/pkg/controller/volume/expand. */
import type { Cancel } from '../../server/base/clock.ts';
import { compareAmounts } from '../../server/kube/amounts.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { CLAIMS, type Claim, VOLUMES } from '../lib/volumes/matching.ts';

/** No volume grows by upstream's own doing any more: all it does is tell so, once for each time that a claim grows. */
export const controller: ControllerDefinition = {
  name: 'persistentvolume-expander-controller',
  queue: 'volume_expand',
  account: 'expand-controller',
  eventSource: 'volume_expand',
  concerns: (resource, claim) => resource === 'persistentvolumeclaims' && wantsMore(claim as Claim),
  watches: [],
  reads: [CLAIMS, VOLUMES],
  objectOf: (key, env) => env.lister<PersistentVolumeClaim>(CLAIMS).get(key),
  start,
  reconcile,
};

const requested = ({ spec }: Claim): string => spec.resources.requests?.storage ?? '0';
const given = ({ status }: Claim): string => status.capacity?.storage ?? '0';

const wantsMore = (claim: Claim): boolean => compareAmounts(requested(claim), given(claim)) > 0;

function start(env: ControllerEnv): Cancel {
  return env.onChange<PersistentVolumeClaim>(CLAIMS, ({ before, now }) => {
    if (now?.status.phase !== 'Bound' || !wantsMore(now)) return;
    const isNews =
      !before || compareAmounts(requested(now), requested(before)) > 0 || compareAmounts(given(now), given(before)) > 0;
    if (isNews) env.enqueue(keyOf(now));
  });
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get(key);
  if (claim?.status.phase !== 'Bound' || !wantsMore(claim)) return;
  const { volumeName = '' } = claim.spec;
  const volume = env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: volumeName });
  if (!volume) throw new Error(`failed to get PV "${volumeName}" of ${keyText(key)}`);
  if (volume.spec.claimRef?.uid !== claim.metadata.uid)
    throw new Error(`persistent Volume is not bound to PVC being updated : ${keyText(key)}`);
  env.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
}
