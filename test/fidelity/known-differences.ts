/** Where an answer is another than the real server's, and why. Each has to be seen in a replay, or it has to go. */
export interface KnownDifference {
  /** Which verbs: `v1/pods/status patch`. */
  readonly verbs: readonly RegExp[];
  readonly what: string;
  /** What no replay compares. */
  readonly isUncompared?: boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    verbs: [/^v1\/(nodes|pods|services)\/proxy /],
    what: 'pods answer from inside the process, with pages of ours',
    isUncompared: true,
  },
];
