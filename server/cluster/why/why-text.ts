/** The same for people. */
import type { ControllerOff } from '../../kube/controller-off.ts';
import type { ChainNode, ShownContainer } from './chain.ts';
import type { HistoryItem } from './history.ts';
import type { Why } from './why.ts';

const PATHS_SHOWN = 6;

/**
 * @example
 * deployment/web in shop: 0 of 1 replica is ready
 *   condition Available is False: MinimumReplicasUnavailable
 *   replicaset/web-5d4: 0 of 1 replica is ready
 *     pod/web-5d4-x2x: Pending
 *       container web is waiting: ImagePullBackOff
 */
export function whyText(why: Why): string {
  const { chain, owners, history, fields, kind, namespace, name, exists } = why;
  const lines: string[] = [];
  const place = namespace === undefined ? '' : ` in ${namespace}`;
  if (chain) lines.push(...nodeLines(chain, 0, place));
  if (!exists) lines.push(`${kind.toLowerCase()}/${name}${place} was deleted`);
  if (owners.length > 0) {
    lines.push('', 'It belongs to');
    for (const [depth, owner] of owners.entries()) lines.push(...nodeLines(owner, depth + 1));
  }
  if (history.length > 0) lines.push('', 'What happened to it, as far as it is kept', ...history.map(historyLine));
  if (fields.length > 0) lines.push('', 'Who owns which fields');
  for (const { manager, operation, subresource, fields: paths } of fields) {
    const part = subresource === undefined ? '' : `, ${subresource}`;
    lines.push(`  ${manager} (${operation}${part}): ${shortened(paths)}`);
  }
  return `${lines.join('\n')}\n`;
}

function nodeLines(node: ChainNode, depth: number, place = ''): string[] {
  const { kind, name, state, controllersOff = [], conditions = [], containers = [], events = [] } = node;
  const { owns = [], more = 0 } = node;
  const indent = '  '.repeat(depth);
  const lines = [`${indent}${kind.toLowerCase()}/${name}${place}${state === undefined ? '' : `: ${state}`}`];
  const tell = (text: string): void => void lines.push(`${indent}  ${text}`);
  for (const text of offTexts(controllersOff)) tell(text);
  for (const { type, status, reason, message } of conditions)
    tell(`condition ${type} is ${status}${because(reason, message)}`);
  for (const container of containers) tell(containerLine(container));
  for (const { type, reason, message, count, source } of events)
    tell(`${type.toLowerCase()} event${count > 1 ? ` (${count} times)` : ''} ${reason} from ${source}: ${message}`);
  for (const child of owns) lines.push(...nodeLines(child, depth + 1));
  if (more > 0) tell(`and ${more} more`);
  return lines;
}

/** A sentence for each thing that keeps controllers away. */
function offTexts(off: readonly ControllerOff[]): string[] {
  const names = new Map<string, string[]>();
  for (const one of off) {
    const why = offReason(one);
    names.set(why, [...(names.get(why) ?? []), one.name]);
  }
  return [...names].map(([why, [first = '', ...others]]) =>
    others.length === 0
      ? `controller ${first} is off: ${why}`
      : `controllers ${[first, ...others].join(', ')} are off: ${why}`,
  );
}

function offReason({ by, namespace = '', object = '' }: ControllerOff): string {
  if (by === 'start') return 'not among the --controllers of the start';
  if (by === 'switch') return 'switched off everywhere';
  if (by === 'namespace') return `switched off in namespace ${namespace}`;
  return `annotation fauxkube.dev/disabled-controllers of ${object}`;
}

function containerLine({ name, state, reason, message, exitCode, before, restarts }: ShownContainer): string {
  const code = exitCode === undefined ? '' : `, exit code ${exitCode}`;
  const parts = [`container ${name} is ${state}${code}${because(reason, message)}`];
  if (before) {
    const why = because(before.reason, before.message).slice(': '.length);
    parts.push(`before that it ended with ${before.exitCode}${why && ` (${why})`}`);
  }
  if (restarts > 0) parts.push(restarts === 1 ? '1 restart' : `${restarts} restarts`);
  return parts.join('; ');
}

const because = (reason = '', message = ''): string =>
  [reason, message].filter((text) => text !== '').reduce((text, part) => `${text}: ${part}`, '');

function historyLine({ revision, time, type, user, manager, changed = [] }: HistoryItem): string {
  const who = user ?? manager;
  const paths = changed.length === 0 ? '' : `: ${shortened(changed)}`;
  return `  ${revision} ${time} ${type}${who === undefined ? '' : ` by ${who}`}${paths}`;
}

function shortened(paths: readonly string[]): string {
  const shown = paths.slice(0, PATHS_SHOWN).join(', ');
  return paths.length > PATHS_SHOWN ? `${shown} and ${paths.length - PATHS_SHOWN} more` : shown;
}
