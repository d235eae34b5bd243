/** What is told of a cluster when it is not as a test expects: what is there, and what happened lately. */

/** What matchers ask of a cluster, in this process or over HTTP. */
export interface Subject {
  settle(): Promise<void>;
  get(target: string, place?: { readonly namespace?: string }): Promise<object | undefined>;
  list(resource: string, selection?: { readonly namespace?: string }): Promise<readonly object[]>;
  resolve(resource: string): Promise<{ readonly kind: string; readonly namespaced: boolean }>;
}

/** An Event, as far as it is told of. */
export interface EventObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly namespace?: string };
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly metadata?: { readonly creationTimestamp?: string };
}

const EVENTS_MAX = 10;
const NAMES_MAX = 10;
const STATUS_LINES_MAX = 60;

const timeOf = ({ lastTimestamp, eventTime, metadata }: EventObject): string =>
  lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '';

/** A line of it. */
export function eventText({ type, reason, message, count = 1, involvedObject }: EventObject): string {
  const { kind = '', name = '' } = involvedObject ?? {};
  return `${type} ${reason} ${kind.toLowerCase()}/${name}: ${message?.trim()}${count > 1 ? ` (${count} times)` : ''}`;
}

/** Where Events of an object without a namespace are. */
const CLUSTER_EVENTS = 'default';

/** The Events of a namespace, the latest last. */
export async function eventsOf(cluster: Subject, namespace: string): Promise<readonly EventObject[]> {
  const found: readonly EventObject[] = await cluster.list('events', { namespace: namespace || CLUSTER_EVENTS });
  return found.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
}

/** Lines of the last of them. */
export function eventLines(events: readonly EventObject[], none: string): string {
  if (events.length === 0) return none;
  const more = events.length - EVENTS_MAX;
  const title = more > 0 ? `The last ${EVENTS_MAX} of ${events.length} Events:` : 'Events:';
  return [title, ...events.slice(-EVENTS_MAX).map((event) => `  ${eventText(event)}`)].join('\n');
}

/** Those about an object, and about what is called after it, as the pods of a Deployment are. */
export function eventsNear(events: readonly EventObject[], name: string): readonly EventObject[] {
  return events.filter(({ involvedObject }) => {
    const about = involvedObject?.name ?? '';
    return about === name || about.startsWith(`${name}-`);
  });
}

function statusText(object: object): string {
  const { status } = object as { status?: unknown };
  if (status === undefined) return 'It has no status.';
  const lines = JSON.stringify(status, null, 2).split('\n');
  const cut = lines.length > STATUS_LINES_MAX ? [...lines.slice(0, STATUS_LINES_MAX), '…'] : lines;
  return `Its status: ${cut.join('\n')}`;
}

/** What an object is like, and what happened to it. */
export async function evidenceOf(cluster: Subject, target: string, namespace: string, object: object): Promise<string> {
  const name = target.split('/')[1] ?? '';
  const events = eventsNear(await eventsOf(cluster, namespace), name);
  return `${statusText(object)}\n${eventLines(events, 'There is no Event about it.')}`;
}

/** What there is where an object is not. */
export async function absence(cluster: Subject, target: string, namespace: string): Promise<string> {
  const [resource = ''] = target.split('/');
  const { kind } = await cluster.resolve(resource);
  const objects = await cluster.list(resource, { namespace });
  const names = objects.map((object) => (object as { metadata?: { name?: string } }).metadata?.name ?? '');
  const place = namespace === '' ? '' : ` in namespace ${namespace}`;
  if (names.length === 0) return `There is no ${kind} at all${place}.`;
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return `There is no such ${kind}${place}; there are: ${names.slice(0, NAMES_MAX).join(', ')}${more}`;
}
