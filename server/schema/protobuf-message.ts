import type { FieldDescription, TypeDescription } from './type-table.ts';

/** Fields by number. A Go struct that is embedded is a message of its own, whose fields belong to the outer one. */
export type Message = ReadonlyMap<number, FieldDescription | Message>;

const messages = new WeakMap<TypeDescription, Message>();

/** The fields of a type by their numbers. */
export function messageOf(type: TypeDescription): Message {
  let message = messages.get(type);
  if (!message) {
    const root = new Map<number, FieldDescription | Message>();
    for (const field of type.fields) {
      if (field.row.p === undefined) continue;
      const path = field.row.p.split('.').map(Number);
      const last = path.pop() ?? 0;
      let at = root;
      for (const number of path) {
        const inner = (at.get(number) as Map<number, FieldDescription | Message> | undefined) ?? new Map();
        at.set(number, inner);
        at = inner;
      }
      at.set(last, field);
    }
    message = root;
    messages.set(type, message);
  }
  return message;
}
