/** The types of CEL. */

export type TypeKind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'duration'
  | 'timestamp'
  | 'list'
  | 'map'
  /** `type(T)`, the type of a type. */
  | 'type'
  /** A parameter of a declared function, or a type that is not known yet. */
  | 'parameter'
  /** An object with fields, of a schema or of a library. */
  | 'struct'
  /** A type of a library without fields: optional_type(T), net.IP … */
  | 'opaque';

export interface CelType {
  readonly kind: TypeKind;
  /** As the type is called at run time: `google.protobuf.Duration`, not `duration`. */
  readonly name: string;
  readonly parameters: readonly CelType[];
}

function simple(kind: TypeKind, name: string = kind): CelType {
  return { kind, name, parameters: [] };
}

export const DYN = simple('dyn');
/** As free as `dyn`, but no collection: what only protobuf knows. */
export const ANY = simple('dyn', 'google.protobuf.Any');
export const ERROR = simple('error', '!error!');
export const NULL = simple('null', 'null_type');
export const BOOL = simple('bool');
export const INT = simple('int');
export const UINT = simple('uint');
export const DOUBLE = simple('double');
export const STRING = simple('string');
export const BYTES = simple('bytes');
export const DURATION = simple('duration', 'google.protobuf.Duration');
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp');
export const TYPE = simple('type');

export const listOf = (element: CelType): CelType => ({ kind: 'list', name: 'list', parameters: [element] });
export const mapOf = (key: CelType, value: CelType): CelType => ({
  kind: 'map',
  name: 'map',
  parameters: [key, value],
});
export const typeOf = (type: CelType): CelType => ({ kind: 'type', name: 'type', parameters: [type] });
export const optionalOf = (type: CelType): CelType => ({ kind: 'opaque', name: 'optional_type', parameters: [type] });
export const parameter = (name: string): CelType => simple('parameter', name);
export const structType = (name: string): CelType => simple('struct', name);
export const opaqueType = (name: string): CelType => simple('opaque', name);

export const isOptional = (type: CelType): boolean => type.name === 'optional_type' && type.kind === 'opaque';
export const isDyn = (type: CelType): boolean => type.kind === 'dyn';
export const isDynOrError = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error';

/** A type without the optional around it. */
export function unwrapOptional(type: CelType): { type: CelType; optional: boolean } {
  const [inner] = type.parameters;
  return isOptional(type) && inner ? { type: inner, optional: true } : { type, optional: false };
}

/** Whether two types are the same, parameters included. */
export function sameType(one: CelType, other: CelType): boolean {
  if (one === other) return true;
  return (
    one.kind === other.kind &&
    one.name === other.name &&
    one.parameters.length === other.parameters.length &&
    one.parameters.every((type, index) => sameType(type, at(other.parameters, index)))
  );
}

/** A type by the name that it has at run time, as cel-go's types print themselves: unlike in its messages. */
export function typeText({ name, parameters }: CelType): string {
  return parameters.length === 0 ? name : `${name}(${parameters.map(typeText).join(', ')})`;
}

/** What messages call a type. */
export function formatType(type: CelType): string {
  if (type === ANY) return 'any';
  if (type.kind === 'duration' || type.kind === 'timestamp' || type.kind === 'null') return type.kind;
  if (type.parameters.length === 0) return type.name;
  return `${type.name}(${type.parameters.map(formatType).join(', ')})`;
}

/** What messages call the arguments of a call. */
export function formatSignature(args: readonly CelType[], member: boolean): string {
  const [target, ...rest] = args.map(formatType);
  return member ? `${target}.(${rest.join(', ')})` : `(${args.map(formatType).join(', ')})`;
}

/** A parameter that the kind of a type promises. */
export function at(parameters: readonly CelType[], index: number): CelType {
  return parameters[index] ?? DYN;
}
