import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Job, Pod } from '../../server/kube/types.gen.ts';
import { controllerRefOf, labelSelectorOf, ownedOrAdoptable } from '../lib/adopt.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { finishedCondition, JOBS } from '../lib/jobs.ts';
import { PODS } from '../lib/pods.ts';
import { hasTrackingFinalizer, JOB_KIND } from './job.ts';
import { isOrphaned, releaseOrphan } from './release.ts';
import { sync } from './sync.ts';

/** Begins the keys of pods that may have to be let go; names of jobs have no slash. */
const ORPHAN = 'pods/';

/** Runs the pods of jobs until enough of them have succeeded, or too many have failed. */
export const controller: ControllerDefinition = {
  name: 'job-controller',
  queue: 'job',
  account: 'job-controller',
  concerns: (resource) => resource === 'jobs.batch',
  watches: [
    { resource: JOBS, keys: (job, env) => [keyOf(job), ...leftBehind(job as Frozen<Job>, env)] },
    ownedOrAdoptable<Job>(PODS, JOB_KIND, ({ spec }) => spec.selector && labelSelectorOf(spec.selector)),
    { resource: PODS, keys: (pod, env) => (isOrphaned(pod as Frozen<Pod>, env) ? [orphanKey(pod)] : []) },
  ],
  workers: 5,
  async reconcile(key, env) {
    if (!key.name.startsWith(ORPHAN)) return sync(key, env);
    return releaseOrphan({ ...key, name: key.name.slice(ORPHAN.length) }, env);
  },
};

function orphanKey(pod: Frozen<KubeObject>): Key {
  const { namespace, name } = keyOf(pod);
  return { namespace, name: `${ORPHAN}${name}` };
}

/** Pods that still wait to be counted although their job is gone or over. */
function leftBehind(job: Frozen<Job>, env: ControllerEnv): Key[] {
  const now = env.lister<Job>(JOBS).get(keyOf(job));
  const { uid = '' } = job.metadata;
  if (now?.metadata.uid === uid && !finishedCondition(now)) return [];
  const pods = env.lister<Pod>(PODS).ownedBy(uid);
  return pods.filter((pod) => hasTrackingFinalizer(pod) && controllerRefOf(pod)?.uid === uid).map(orphanKey);
}
