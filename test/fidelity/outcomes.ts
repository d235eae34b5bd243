/** What the replays say about each verb of each kind. */

import { type Fidelity, fidelityId, fidelityVerbs } from '../../server/pipeline/fidelity/fidelity.ts';
import { requestInfo } from '../../server/pipeline/request-info.ts';
import { builtInTypes, type ResourceInfo } from '../../server/schema/type-table.ts';
import type { AbsentVerbs } from './absent.ts';
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.ts';
import type { Comparison } from './replay.ts';
import type { LifeStep } from './steps.ts';

/** One verb of a kind or of a subresource of it. */
export interface Outcome {
  /** `apps/v1/deployments/scale` */
  readonly id: string;
  readonly verb: string;
  readonly fidelity: Fidelity;
  /** Requests that were compared with the real server. */
  readonly compared: number;
  /** Why it is approximate. */
  readonly why: readonly string[];
}

export interface Outcomes {
  readonly verbs: readonly Outcome[];
  /** Requests that were answered differently, and nobody said why. */
  readonly unnamed: readonly Comparison[];
  /** What is named and was not seen any more. */
  readonly gone: readonly KnownDifference[];
}

/** Every resource of every version. */
export function allResources(): readonly ResourceInfo[] {
  return builtInTypes().groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources));
}

/** The verb that a step is about: `v1/pods/resize patch`. */
export function subjectOf(step: LifeStep): string {
  const question = step.path.indexOf('?');
  const path = question < 0 ? step.path : step.path.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : step.path.slice(question));
  const { group, version, resource, subresource, verb } = requestInfo(step.method, path, query);
  const whole = [group, version, resource, subresource].filter((part) => part !== '').join('/');
  return `${whole} ${step.type === 'apply' ? 'apply' : verb}`;
}

const covers = ({ verbs }: KnownDifference, subject: string): boolean => verbs.some((pattern) => pattern.test(subject));

/** @param comparisons of all lives */
export function outcomesOf(comparisons: readonly Comparison[], absent: AbsentVerbs): Outcomes {
  const bySubject = new Map<string, Comparison[]>();
  for (const comparison of comparisons) {
    const subject = subjectOf(comparison.step);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), comparison]);
  }
  const different = [...bySubject].filter(([, all]) => all.some(({ isEqual }) => !isEqual)).map(([subject]) => subject);
  const unnamed = different
    .filter((subject) => !KNOWN_DIFFERENCES.some((known) => covers(known, subject)))
    .flatMap((subject) => (bySubject.get(subject) ?? []).filter(({ isEqual }) => !isEqual));
  const gone = KNOWN_DIFFERENCES.filter(
    (known) => !known.isUncompared && !different.some((subject) => covers(known, subject)),
  );
  const verbs = allResources().flatMap((info) =>
    ['', ...info.subresources.keys()].flatMap((part) => {
      const id = fidelityId(info, part);
      return fidelityVerbs(info, part).map((verb) => outcomeOf(id, verb, bySubject.get(`${id} ${verb}`) ?? [], absent));
    }),
  );
  return { verbs, unnamed, gone };
}

function outcomeOf(id: string, verb: string, compared: readonly Comparison[], absent: AbsentVerbs): Outcome {
  const subject = `${id} ${verb}`;
  const of = { id, verb, compared: compared.length };
  if (absent.has(subject)) return { ...of, fidelity: 'absent', why: [] };
  const why = KNOWN_DIFFERENCES.filter((known) => covers(known, subject)).map(({ what }) => what);
  const isEqual = compared.length > 0 && compared.every((comparison) => comparison.isEqual);
  if (isEqual && why.length === 0) return { ...of, fidelity: 'exact', why: [] };
  return {
    ...of,
    fidelity: 'approximate',
    why: why.length > 0 ? why : [compared.length === 0 ? NOT_COMPARED : UNNAMED],
  };
}

const NOT_COMPARED = 'not compared with the real server';
const UNNAMED = 'another answer than the real server gives';
