/** What parameters mean, in words of our own. The same name means the same everywhere. */

const TEXTS: Readonly<Record<string, string>> = {
  allowWatchBookmarks: 'Also send BOOKMARK events, which only tell how far the watch has come.',
  command: 'What to run, one parameter for each word. It is not run in a shell.',
  container: 'The container; needed if the pod has more than one and none is marked as its default.',
  continue: 'The token out of the previous part of the list, to get the next part.',
  dryRun: 'With the value All the request is checked and answered, but nothing is stored.',
  fieldManager: 'The name under which the changes are recorded in managedFields.',
  fieldSelector: 'Only objects whose fields have these values, such as metadata.name=web.',
  fieldValidation: 'What happens to unknown and duplicate fields: Ignore, Warn or Strict.',
  follow: 'Keep the connection open and send what is logged from now on.',
  force: 'Take over fields that belong to other managers. Only for apply.',
  gracePeriodSeconds: 'Seconds that the object may take to end. Zero means at once.',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'Delete even if the stored object cannot be read.',
  insecureSkipTLSVerifyBackend: 'Do not check the certificate of the kubelet that has the log.',
  labelSelector: 'Only objects whose labels match.',
  limit: 'The largest number of objects in the answer.',
  limitBytes: 'The largest number of bytes in the answer.',
  namespace: 'The namespace of the object.',
  orphanDependents: 'Deprecated, use propagationPolicy: whether dependents stay.',
  path: 'The path that is handed on.',
  ports: 'Ports of the pod to connect to.',
  pretty: 'Whether the answer is indented. Browsers, curl and wget get it indented by default.',
  previous: 'The log of the previous run of the container.',
  propagationPolicy: 'What happens to dependents: Orphan, Background or Foreground.',
  resourceVersion: 'The state to answer with: this revision, or one that is not older.',
  resourceVersionMatch: 'How resourceVersion counts for a list: Exact or NotOlderThan.',
  sendInitialEvents: 'Begin the watch with the objects that exist, and a bookmark after them.',
  shardSelector: 'Only the objects of this shard.',
  sinceSeconds: 'Only lines that are not older than this.',
  stderr: 'Whether to send what is written to standard error.',
  stdin: 'Whether the client sends standard input.',
  stdout: 'Whether to send what is written to standard output.',
  stream: 'Which stream of the log: All, Stdout or Stderr.',
  tailLines: 'Only this number of lines from the end of the log.',
  timeoutSeconds: 'Seconds after which the answer ends, whatever happened.',
  timestamps: 'Begin each line with the time at which it was written.',
  tty: 'Whether the process has a terminal.',
  watch: 'Send changes as they happen instead of a list.',
};

/** The text of a parameter, '' for one that is not known. */
export function parameterText(name: string): string {
  return TEXTS[name] ?? '';
}
