/** Whether a configuration fits its type: structured-merge-diff's TypedValue.Validate, with its messages. */
import { goPrint, goTypeName } from '../patch/go-print.ts';
import type { TypeDescription, ValueType } from '../type-table.ts';
import { shownStep } from './conflicts.ts';
import { keyStep, partNamed, type Shape, setStep, shapeOf } from './shapes.ts';

interface Problem {
  readonly path: string;
  readonly text: string;
}

/** How Go prints a value behind a pointer to the struct that holds it. */
const pointed = (value: unknown): string => `&{${goPrint(value)}}`;

/** `%#v` of such a value. */
const pointedSyntax = (value: unknown): string => `&value.valueUnstructured{Value:${goSyntax(value)}}`;

function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = entries.map(([key, inner]) => `${JSON.stringify(key)}:${goSyntax(inner)}`);
  return `map[string]interface {}{${pairs.join(', ')}}`;
}

/** How a value of no named field is taken apart: only custom resources describe lists in lists and in maps. */
const shapeWithin = (type: ValueType | undefined): Shape | undefined => type?.list && shapeOf(type);

class Checker {
  readonly problems: Problem[] = [];

  struct(value: unknown, type: TypeDescription, path: string): void {
    if (value === null) return;
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.#tell(path, `expected map, got ${pointed(value)}`);
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      const field = type.byName.get(name);
      if (!field && type.keepsOthers) continue;
      if (!field) {
        // Upstream looks no further in this map.
        this.#tell(`${path}.${name}`, 'field not declared in schema');
        return;
      }
      this.#value(inner, field.type, `${path}.${name}`, partNamed(type, name)?.shape());
    }
  }

  #tell(path: string, text: string): void {
    this.problems.push({ path, text });
  }

  #value(value: unknown, type: ValueType, path: string, shape?: Shape): void {
    if (value === null) return;
    switch (type.kind) {
      case 'struct':
        this.struct(value, type.struct as TypeDescription, path);
        break;
      case 'map':
        this.#map(value, type, path);
        break;
      case 'list':
        this.#list(value, type, path, shape);
        break;
      case 'string':
      case 'bytes':
        if (typeof value !== 'string') this.#tell(path, `expected string, got ${pointedSyntax(value)}`);
        break;
      case 'boolean':
        if (typeof value !== 'boolean') this.#tell(path, `expected boolean, got ${pointed(value)}`);
        break;
      case 'int32':
      case 'int64':
      case 'double':
        if (typeof value !== 'number') this.#tell(path, `expected numeric (int or float), got ${goTypeName(value)}`);
        break;
      case 'time':
      case 'micro-time':
        if (typeof value === 'object') this.#tell(path, `expected any scalar, got ${pointed(value)}`);
        break;
      default: // anything may be in there
    }
  }

  #map(value: unknown, type: ValueType, path: string): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#tell(path, `expected map, got ${pointed(value)}`);
      return;
    }
    for (const [key, inner] of Object.entries(value))
      this.#value(inner, type.of as ValueType, `${path}.${key}`, shapeWithin(type.of));
  }

  #list(value: unknown, type: ValueType, path: string, shape: Shape | undefined): void {
    if (!Array.isArray(value)) {
      this.#tell(path, `expected list, got ${pointed(value)}`);
      return;
    }
    const seen = new Set<string>();
    for (const [i, item] of value.entries()) {
      const fault = shape && itemFault(item, shape);
      if (fault) {
        this.#tell(path, `element ${i}: ${fault}`);
        return;
      }
      const step = shape && itemStep(item, shape);
      if (step !== undefined && seen.has(step)) this.#tell(path, `duplicate entries for key ${shownStep(step)}`);
      if (step !== undefined) seen.add(step);
      const at = path + (step === undefined ? `[${i}]` : shownStep(step));
      this.#value(item, type.of as ValueType, at, shapeWithin(type.of));
    }
  }
}

function itemStep(item: unknown, shape: Shape): string | undefined {
  if (shape.kind === 'keyed') return keyStep(item, shape).text;
  return shape.kind === 'set' ? setStep(item) : undefined;
}

/** Why an item has no step. */
function itemFault(item: unknown, shape: Shape): string | undefined {
  if (shape.kind === 'set') {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
    return typeof item === 'object' ? "associative list without keys has an element that's a map type" : undefined;
  }
  if (shape.kind !== 'keyed') return undefined;
  if (item === null) return 'associative list with keys may not have a null element';
  if (typeof item !== 'object' || Array.isArray(item))
    return 'associative list with keys may not have non-map elements';
  const { keys, defaults } = shape;
  if (keys.some((key) => Object.hasOwn(item, key) || defaults.get(key) !== undefined)) return undefined;
  const named = `[${keys.map((key) => JSON.stringify(key)).join(' ')}]`;
  const rest = "(and doesn't have default values for any key fields)";
  return `associative list with keys has an element that omits all key fields ${named} ${rest}`;
}

/**
 * @returns what is wrong with a configuration, as one text; undefined when nothing is
 * @example
 * configurationFault({ data: { a: 1 } }, configMap)
 * // '.data.a: expected string, got &value.valueUnstructured{Value:1}'
 */
export function configurationFault(configuration: object, type: TypeDescription): string | undefined {
  const checker = new Checker();
  checker.struct(configuration, type, '');
  const lines = checker.problems.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`));
  if (lines.length <= 1) return lines[0];
  return ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}
