import { hash } from 'node:crypto';
import type { StartRefused } from '../machine/program-files.ts';
import type { ContainerFacts } from './container-facts.ts';

/** The real image may have it: whoever needs it says what it answers. */
const HINT =
  ' (fauxkube has no such program and knows nothing of this image: the annotation fauxkube.dev/commands of the pod ' +
  'says what it answers, see docs/pod-behaviour.md)';

/** Why a command could not be started in a container: containerd's words, and what to do where they may be untrue. */
export function execRefused(
  { pod, container, family }: Pick<ContainerFacts, 'pod' | 'container' | 'family'>,
  command: readonly string[],
  error: StartRefused,
): Error {
  const id = hash('sha256', `${pod.metadata.uid} ${container.name} ${command.join(' ')}`);
  const isUnknown = family.programs === 'unknown' && error.message.includes('not found in $PATH');
  return new Error(
    `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: ` +
      `unable to start container process: ${error.message}: unknown${isUnknown ? HINT : ''}`,
  );
}
