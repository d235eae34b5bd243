/** Where an answer is another than the real server's, and why. Each has to be seen in a replay, or it has to go. */
export interface KnownDifference {
  /** Which verbs: `v1/pods/status patch`. */
  readonly verbs: readonly RegExp[];
  readonly what: string;
  /** What no replay compares. */
  readonly isUncompared?: boolean;
}

const ALL_VERBS = '(get|list|watch|create|update|patch|apply|delete|deletecollection)';

/** All verbs of a kind but those that are named. */
const except = (id: string, verbs: string): RegExp => new RegExp(`^${id} (?!(${verbs})$)${ALL_VERBS}$`);

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    verbs: [/^v1\/(nodes|pods|services)\/proxy /],
    what: 'pods answer from inside the process, with pages of ours',
    isUncompared: true,
  },
  {
    verbs: [/^v1\/pods\/(attach|exec|log|portforward) /],
    what: 'pods answer from inside the process: the protocols are those of a real server, the pods are not',
    isUncompared: true,
  },
  {
    verbs: [except('apiextensions.k8s.io/v1/customresourcedefinitions(/status)?', 'never')],
    what: 'the conditions of a definition stand there at once, where the real server needs a moment',
  },
  {
    verbs: [except('flowcontrol.apiserver.k8s.io/v1/flowschemas(/status)?', 'create')],
    what: 'the condition `Dangling` comes from a controller, a moment later than from the real server itself',
  },
  {
    verbs: [except('resource.k8s.io/v1/devicetaintrules(/status)?', 'never')],
    what: 'nobody manages `spec.taint.timeAdded` when the server sets it',
  },
  {
    verbs: [/^resource\.k8s\.io\/v1\/resourceclaims\/status get$/],
    what: 'a table of the status is answered, which the real server refuses with 406',
  },
  {
    verbs: [/^resource\.k8s\.io\/v1\/resourceclaimtemplates update$/],
    what: 'the message about a spec that cannot change shows an empty list as null',
  },
];
