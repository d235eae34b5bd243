import { CelTypeValue } from '../values/value.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaqueType,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  TYPE,
  typeOf,
  UINT,
} from './cel-type.ts';
import type { Declaration } from './declaration.ts';
import type { FunctionTable } from './functions.ts';

/** Object types that expressions may make: `Object{…}` and `JSONPatch{…}` of mutations. */
export interface ConstructibleTypes {
  /** The type of a name, if objects of it can be made. */
  find(name: string): CelType | undefined;
  /** The type of a field, if the object has it. */
  field(name: string, field: string): CelType | undefined;
}

/** What an expression may name. */
export interface CheckEnvironment {
  readonly variables: ReadonlyMap<string, Declaration>;
  readonly functions: FunctionTable;
  /** The declarations of objects, by the names of their types. */
  readonly objects: ReadonlyMap<string, Declaration>;
  readonly constructible: ConstructibleTypes | undefined;
}

const A = parameter('A');
const STANDARD: readonly (readonly [name: string, type: CelType])[] = [
  ['bool', BOOL],
  ['bytes', BYTES],
  ['double', DOUBLE],
  [DURATION.name, DURATION],
  ['int', INT],
  ['list', listOf(A)],
  ['map', mapOf(A, parameter('B'))],
  [NULL.name, NULL],
  ['string', STRING],
  [TIMESTAMP.name, TIMESTAMP],
  ['type', TYPE],
  ['uint', UINT],
  ['optional_type', optionalOf(parameter('V'))],
  ['net.IP', opaqueType('net.IP')],
  ['net.CIDR', opaqueType('net.CIDR')],
];

/** The names of types, which are values too: `type(x) == string`. */
const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map(STANDARD.map(([name, type]) => [name, typeOf(type)]));

/** The type of the value that a type's name is. */
export function typeOfTypeName(name: string): CelType | undefined {
  return TYPE_NAMES.get(name);
}

export function typeValue(name: string): CelTypeValue {
  return new CelTypeValue(name);
}

/** All objects below the variables, by the names of their types. */
export function objectsOf(declarations: Iterable<Declaration>): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  const visit = (declaration: Declaration): void => {
    if (declaration.fields) {
      // Within a declaration a name stands for one object only: shared ones are visited once.
      if (found.get(objectName(declaration)) === declaration) return;
      found.set(objectName(declaration), declaration);
      for (const field of declaration.fields.values()) visit(field);
    }
    if (declaration.element) visit(declaration.element);
  };
  for (const declaration of declarations) visit(declaration);
  return found;
}

function objectName({ type }: Declaration): string {
  return (type.kind === 'opaque' ? (type.parameters[0] ?? DYN) : type).name;
}
