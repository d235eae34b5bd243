/** What the tests know about an operator. */
export type Json = Record<string, unknown>;

/** An object that is sent on its own (dry run), or one that exists and then is changed by a merge patch. */
export interface Sample {
  readonly title: string;
  readonly object: Json;
  readonly change?: Json;
}

export interface Operator {
  /** Of its golden file. */
  readonly name: string;
  /** Path of the Go module. */
  readonly module: string;
  /** Files and folders with its CustomResourceDefinitions. */
  readonly definitions: readonly string[];
  /** Folders with objects of its kinds. */
  readonly samples: readonly string[];
  /** Objects of ours. */
  readonly objects: readonly Sample[];
}

const isBag = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A merge patch (RFC 7386): null removes. */
export function merged(object: Json, change: Json): Json {
  const result: Json = { ...object };
  for (const [name, value] of Object.entries(change)) {
    const before = result[name];
    if (value === null) delete result[name];
    else result[name] = isBag(value) ? merged(isBag(before) ? before : {}, value) : value;
  }
  return result;
}

/** Makes samples of one kind: the object as it is, others that differ from it, and changes of it. */
export function samplesLike(
  object: Json,
  broken: Readonly<Record<string, Json>>,
  changes: Readonly<Record<string, Json>> = {},
): Sample[] {
  const { kind } = object as { kind: string };
  return [
    { title: `a ${kind}`, object },
    ...Object.entries(broken).map(([title, change]) => ({
      title: `a ${kind} ${title}`,
      object: merged(object, change),
    })),
    ...Object.entries(changes).map(([title, change]) => ({ title: `a ${kind} that exists, ${title}`, object, change })),
  ];
}
