/** What a rule does to watches. */
import { globMatches } from '../../base/glob.ts';
import { LIMITS } from '../../kube/limits.ts';
import { WrongField } from '../../kube/script-fields.ts';
import type { HangUpScope, WatchEvent } from '../request.ts';
import type { FaultWatch } from './fault-rule.ts';
import { duration, fieldsOf, filledText, listOf, oneOf, onlyTrue, optional, type Read } from './rule-fields.ts';

/** What happens to single events. */
type EventFate =
  | { readonly does: 'hold'; readonly ms: number | undefined }
  | { readonly does: 'drop' | 'duplicate' | 'cut' };

export type WatchFault = EventFault | EndFault;

/** Happens to events of watches. */
export interface EventFault {
  readonly type: 'event';
  readonly fate: EventFate;
  readonly scope: HangUpScope;
  /** Whether it is about such an event. */
  concerns(type: WatchEvent['type'] | 'BOOKMARK', name: string): boolean;
}

/** Ends watches, or keeps them from beginning. */
export interface EndFault {
  readonly type: 'end';
  readonly how: 'close' | 'event' | 'status';
}

const OF_EVENTS = ['hold', 'drop', 'duplicate', 'cut'] as const;
const OF_WATCHES = ['close', 'expire'] as const;
const TYPES = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'] as const;
const FIELDS: readonly (keyof FaultWatch)[] = [...OF_EVENTS, ...OF_WATCHES, 'types', 'name'];

const holdTime: Read<number | undefined> = (value, path) =>
  value === true ? undefined : duration(LIMITS.faultDelayMs)(value, path);

/** @throws WrongField */
export function readWatchFault(value: unknown, path: string, scope: HangUpScope): WatchFault {
  const fields = fieldsOf(value, path, FIELDS);
  const known = [...OF_EVENTS, ...OF_WATCHES];
  const [does, another] = known.filter((name) => name in fields);
  if (does === undefined || another !== undefined)
    throw new WrongField(`${path} has to have exactly one of ${known.join(', ')}`);
  const types = optional(fields, 'types', path, listOf(oneOf(...TYPES)));
  const name = optional(fields, 'name', path, filledText);
  if (does === 'close' || does === 'expire') {
    const beside = types ? 'types' : name === undefined ? undefined : 'name';
    if (beside) throw new WrongField(`${path}.${beside} cannot stand beside ${path}.${does}, which is of no event`);
    if (does === 'expire') return { type: 'end', how: oneOf('event', 'status')(fields.expire, `${path}.expire`) };
    onlyTrue(fields.close, `${path}.close`);
    return { type: 'end', how: 'close' };
  }
  const fate: EventFate =
    does === 'hold' ? { does, ms: holdTime(fields.hold, `${path}.hold`) } : { does: checked(does, fields, path) };
  return {
    type: 'event',
    fate,
    scope,
    concerns: (type, of) =>
      (types ? types.includes(type) : type !== 'BOOKMARK') && (name === undefined || globMatches(name, of)),
  };
}

function checked<T extends string>(does: T, fields: Readonly<Record<string, unknown>>, path: string): T {
  onlyTrue(fields[does], `${path}.${does}`);
  return does;
}
