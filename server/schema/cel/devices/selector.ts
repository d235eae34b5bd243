/** Expressions that select devices: k8s.io/dynamic-resource-allocation/cel. */
import { type CelEnvironment, CelFault, celEnvironment, compile } from '../compile.ts';
import { ANY, BOOL, mapOf, STRING, sameType, structType, typeText } from '../types/cel-type.ts';
import { type Declaration, ofType } from '../types/declaration.ts';
import type { Value } from '../values/value.ts';

/** What one evaluation may cost at most. */
export const COST_MAX = 1_000_000;

const MAX_DRIVER = 63;
const MAX_DOMAIN = 63;
const MAX_ID = 32;
const MAX_VALUE = 64;
/** Attributes and capacities of a device together. */
const MAX_ENTRIES = 32;

/** With a bound for its size. */
const sized = (declaration: Declaration, maxElements: number): Declaration => ({
  ...declaration,
  described: true,
  maxElements,
});

/** From domains to names to values. */
function byDomain(value: Declaration, sizesByName: boolean): Declaration {
  const map = (maxKey: number, element: Declaration): Declaration => ({
    ...sized(ofType(mapOf(STRING, element.type)), MAX_ENTRIES),
    key: sized(ofType(STRING), maxKey),
    element,
  });
  return map(MAX_DOMAIN, { ...map(MAX_ID, value), sizesByName });
}

let environment: CelEnvironment | undefined;

/** What expressions know about: one device. Made when it is asked for. */
export function deviceEnvironment(): CelEnvironment {
  if (environment) return environment;
  const fields = new Map<string, Declaration>([
    ['driver', sized(ofType(STRING), MAX_DRIVER)],
    ['allowMultipleAllocations', sized(ofType(BOOL), 1)],
    ['attributes', byDomain(sized(ofType(ANY), MAX_VALUE), true)],
    ['capacity', byDomain(sized(ofType(structType('kubernetes.Quantity')), 0), false)],
  ]);
  // A device comes as a value already.
  const read = (raw: unknown): Value => raw as Value;
  const device: Declaration = { ...sized(ofType(structType('kubernetes.DRADevice'), read), 0), fields };
  environment = celEnvironment({ device }, { bindings: true });
  return environment;
}

/** Why an expression cannot select devices. */
export interface SelectorFault {
  /** `forbidden` is too expensive, `internal` a fault of the server's own to upstream. */
  readonly kind: 'invalid' | 'forbidden' | 'internal';
  readonly message: string;
}

/** What is wrong with an expression that is written now; undefined for a good one. */
export function selectorFault(expression: string): SelectorFault | undefined {
  const compiled = compile(expression, deviceEnvironment());
  if (compiled instanceof CelFault && compiled.stage === 'compile')
    return { kind: 'invalid', message: `compilation failed: ${compiled.message}` };
  const { type } = compiled;
  if (type && !sameType(type, BOOL) && !sameType(type, ANY))
    return { kind: 'invalid', message: `must evaluate to bool or the unknown type, not ${typeText(type)}` };
  if (compiled instanceof CelFault)
    return { kind: 'internal', message: `program instantiation failed: ${compiled.message}` };
  if (compiled.estimateCost().max > COST_MAX) return { kind: 'forbidden', message: 'too complex, exceeds cost limit' };
  return undefined;
}
