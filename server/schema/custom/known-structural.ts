/** Specs of definitions of which all schemas are known to be structural: they are asked about with each condition. */
const known = new WeakSet<object>();

/** @param spec that is frozen */
export function rememberStructural(spec: object): void {
  known.add(spec);
}

export const isKnownStructural = (spec: object): boolean => known.has(spec);
