/**
 * JSON paths of columns and selectable fields, as far as they are simple: fields, items, ranges, filters, wildcards and
 * descents (client-go/util/jsonpath). What is not there gives no results.
 */

type Step = (values: readonly unknown[]) => unknown[];

/** Finds the values that a path leads to. */
export type JsonPath = (value: unknown) => readonly unknown[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function field(name: string): Step {
  return (values) => values.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));
}

const wildcard: Step = (values) =>
  values.flatMap((value) => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []));

function everythingIn(value: unknown): unknown[] {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return [...(inner.length > 0 ? [value] : []), ...inner.flatMap(everythingIn)];
}

const descent: Step = (values) => values.flatMap(everythingIn);

/** `[1]`, `[-1]`, `[0:2]`, `[::2]`. */
function slice(text: string): Step {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (!match || text === '') throw new Error(`invalid array index ${text}`);
  const [, first = '', second, third = ''] = match;
  const [start, step] = [first === '' ? 0 : Number(first), third.length > 1 ? Number(third.slice(1)) : 1];
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      if (second === undefined) return value.slice(...at(start, value.length));
      const from = start < 0 ? start + value.length : start;
      const given = second.length > 1 ? Number(second.slice(1)) : value.length;
      const to = given < 0 ? given + value.length : given;
      return value.slice(from, to).filter((_, i) => step > 0 && i % step === 0);
    });
}

const at = (index: number, length: number): [number, number] => {
  const from = index < 0 ? index + length : index;
  return from < 0 || from >= length ? [0, 0] : [from, from + 1];
};

const OPERATORS = /(==|!=|<=|>=|<|>)/;

/** What stands on one side of a comparison: a path from the item, or a literal. */
function operand(text: string): JsonPath {
  const trimmed = text.trim();
  if (/^[@$]/.test(trimmed)) return compileSteps(trimmed.slice(1));
  const quoted = /^(?:"(.*)"|'(.*)')$/.exec(trimmed);
  if (quoted) return () => [quoted[1] ?? quoted[2] ?? ''];
  if (trimmed === 'true' || trimmed === 'false') return () => [trimmed === 'true'];
  if (trimmed !== '' && !Number.isNaN(Number(trimmed))) return () => [Number(trimmed)];
  return compileSteps(trimmed);
}

const COMPARISONS: Readonly<Record<string, (a: never, b: never) => boolean>> = {
  '==': (a: unknown, b: unknown) => a === b,
  '!=': (a: unknown, b: unknown) => a !== b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
};

/** `[?(@.type=="Ready")]`: items for which a comparison holds, or that have a field. */
function filter(text: string): Step {
  const [left = '', operator, ...rest] = text.split(OPERATORS);
  const [own, other] = [operand(left), operator === undefined ? undefined : operand(rest.join(''))];
  const holds = COMPARISONS[operator ?? ''] as ((a: unknown, b: unknown) => boolean) | undefined;
  const passes = (item: unknown): boolean => {
    const found = own(item);
    if (found.length === 0) return false;
    if (!other || !holds) return true;
    const compared = other(item);
    return compared.length > 0 && typeof found[0] === typeof compared[0] && holds(found[0], compared[0]);
  };
  return (values) => values.flatMap((value) => (Array.isArray(value) ? value.filter(passes) : []));
}

/** Where brackets that open at `from` close, quotes left alone. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from, quote = ''; i < text.length; i++) {
    const c = text.charAt(i);
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return i;
  }
  throw new Error('unterminated array');
}

function bracket(text: string): Step {
  if (text === '*') return wildcard;
  const filtered = /^\?\((.*)\)$/s.exec(text);
  if (filtered) return filter(filtered[1] ?? '');
  const parts = text.split(',');
  if (parts.length > 1) {
    const steps = parts.map((part) => bracket(part.trim()));
    return (values) => steps.flatMap((step) => step(values));
  }
  const key = /^'([^']*)'$/.exec(text);
  return key ? field((key[1] ?? '').replaceAll('\\.', '.')) : slice(text);
}

const NAME = /^(?:\\.|[^\\.[\s|,(){}])+/;

function compileSteps(text: string): JsonPath {
  const steps: Step[] = [];
  for (let i = 0; i < text.length; ) {
    const c = text.charAt(i);
    if (c === '[') {
      const end = closing(text, i);
      steps.push(bracket(text.slice(i + 1, end)));
      i = end + 1;
      continue;
    }
    if (text.startsWith('..', i)) {
      if (text.startsWith('...', i)) throw new Error('invalid multiple recursive descent');
      steps.push(descent);
      i += text.charAt(i + 2) === '[' ? 2 : 1;
      continue;
    }
    if (c !== '.' && i > 0) throw new Error(`unrecognized character in action: ${c}`);
    const [name = ''] = NAME.exec(text.slice(c === '.' ? i + 1 : i)) ?? [];
    i += name.length + (c === '.' ? 1 : 0);
    if (c !== '.' && name === '') throw new Error(`unrecognized character in action: ${c}`);
    if (name === '*') steps.push(wildcard);
    else if (name !== '') steps.push(field(name.replace(/\\(.)/g, '$1')));
  }
  return (value) => steps.reduce<readonly unknown[]>((values, step) => step(values), [value]);
}

/**
 * @param path `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`
 * @throws Error for what is no path
 * @example
 * compileJsonPath('.spec.ports[0].name')({ spec: { ports: [{ name: 'web' }] } }) // ['web']
 */
export function compileJsonPath(path: string): JsonPath {
  return compileSteps(path);
}
