/** What pods are told as soon as they run: whoever brings an earlier state back brings this back with it. */
import type { ToldPod } from '../../server/kube/pod-script.ts';
import type { PodSandbox } from './runtime/pod-runtime.ts';

interface Told {
  readonly uid: string;
  readonly running: Pick<PodSandbox, 'script'> | undefined;
}

export class ToldPods {
  /** By uid. */
  #waiting = new Map<string, ToldPod>();

  /** What pods were told, by uid; those that were told nothing are left out. */
  of(pods: Iterable<Told>): ReadonlyMap<string, ToldPod> {
    const told = new Map(this.#waiting);
    for (const { uid, running } of pods) if (running?.script.isTold) told.set(uid, running.script.told);
    return told;
  }

  /** Tells pods this and nothing else, those that do not run yet as soon as they do. */
  tellAgain(told: ReadonlyMap<string, ToldPod>, pods: Iterable<Told>): void {
    this.#waiting = new Map(told);
    for (const { uid, running } of pods) if (running) this.begin(uid, running);
  }

  /** A pod runs now. */
  begin(uid: string, { script }: Pick<PodSandbox, 'script'>): void {
    const told = this.#waiting.get(uid);
    this.#waiting.delete(uid);
    if (told) script.tell(told);
    else if (script.isTold) script.forget();
  }
}
