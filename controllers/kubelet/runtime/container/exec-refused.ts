import { hash } from 'node:crypto';
import { ConfigProblem, TokenRefused } from '../files/sources.ts';
import { SystemError } from '../machine/errno.ts';
import type { StartRefused } from '../machine/program-files.ts';
import type { ContainerFacts } from './container-facts.ts';

/** The real image may have it: whoever needs it says what it answers. */
function hint(facts: Facts): string {
  const { image = '' } = facts.container;
  return (
    ` (fauxkube has no such program; ${facts.whyUnknown()}. What it answers is said by the annotation ` +
    'fauxkube.dev/commands of the pod, or by a file for --pod-behaviours with ' +
    `"images: ['${image}']": see docs/pod-behaviour.md)`
  );
}

type Facts = Pick<ContainerFacts, 'pod' | 'container' | 'family' | 'whyUnknown'>;

/** Why a command could not be started in a container: containerd's words, and what to do where they may be untrue. */
export function execRefused(facts: Facts, command: readonly string[], error: StartRefused): Error {
  const { pod, container, family } = facts;
  const id = hash('sha256', `${pod.metadata.uid} ${container.name} ${command.join(' ')}`);
  const isUnknown = family.programs === 'unknown' && error.message.includes('not found in $PATH');
  return new Error(
    `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: ` +
      `unable to start container process: ${error.message}: unknown${isUnknown ? hint(facts) : ''}`,
  );
}

/** Why a container does not start: its command, its volumes, or a token that it cannot get. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof SystemError || error instanceof ConfigProblem || error instanceof TokenRefused;
