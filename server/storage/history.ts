import { LIMITS } from '../kube/limits.ts';

/** How much of what happened is kept: for watches that resume, and for lists at an earlier revision. */
export interface History {
  /** How many changes, of all kinds together. */
  readonly events: number;
  /** For how long, in real time. */
  readonly ageMs: number;
}

export const USUAL_HISTORY: History = { events: LIMITS.retainedEvents, ageMs: LIMITS.retainedEventsMs };
