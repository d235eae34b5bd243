/** Label selectors: k8s.io/apimachinery/pkg/labels, with its grammar and the words of its errors. */
import { getOwn } from '../base/freeze.ts';
import { invalid } from './field-problem.ts';
import { labelValueProblems, qualifiedNameProblems } from './names.ts';

export type Labels = Readonly<Record<string, string>>;

export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** All requirements have to hold; none means that everything matches. */
export type LabelSelector = readonly Requirement[];

/** metav1.LabelSelector as objects carry it. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

function requirementMatches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = getOwn(labels, key);
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    default: {
      const [left, right] = [parseInt64(value ?? ''), parseInt64(values[0] ?? '')];
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

/** strconv.ParseInt with 64 bits; undefined for what is no number or too large. */
function parseInt64(text: string): bigint | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Whether labels satisfy a selector. */
export function selectorMatches(selector: LabelSelector, labels: Labels | undefined): boolean {
  for (const requirement of selector) if (!requirementMatches(requirement, labels ?? {})) return false;
  return true;
}

/** `{app: web}` matches objects that carry at least these labels: the selectors of services and old controllers. */
export function selectorFromLabels(labels: Labels): LabelSelector {
  return Object.keys(labels)
    .sort()
    .map((key) => ({ key, operator: '=', values: [labels[key] ?? ''] }));
}

const EXPRESSION_OPERATORS: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/**
 * The selector that an object carries. An empty one matches everything; callers decide what a missing one means.
 * @throws Error when an operator is unknown
 */
export function selectorFromObject(selector: LabelSelectorObject): LabelSelector {
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }): Requirement => {
    const known = getOwn(EXPRESSION_OPERATORS, operator);
    if (!known) throw new Error(`"${operator}" is not a valid label selector operator`);
    return { key, operator: known, values: [...(values ?? [])].sort() };
  });
  return [...selectorFromLabels(selector.matchLabels ?? {}), ...expressions].sort(byKey);
}

const byKey = (a: Requirement, b: Requirement): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** The text of a selector in the form of query parameters and of Scale's `status.selector`. */
export function formatSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

interface Token {
  type: 'end' | 'identifier' | 'symbol' | 'word' | 'error';
  text: string;
}

const SYMBOLS = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  // Upstream's reader takes NUL for the end of a token, and of everything where no token has begun.
  const pattern = /[ \t\r\n]+|([=!(),><]+)\0?|([^=!(),>< \t\r\n\0]+)\0?/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, symbols, word] = match;
    if (word !== undefined)
      tokens.push({ type: word === 'in' || word === 'notin' ? 'word' : 'identifier', text: word });
    if (symbols !== undefined) tokens.push(...splitSymbols(symbols));
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

function splitSymbols(run: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < run.length; ) {
    const pair = run.slice(i, i + 2);
    const symbol = SYMBOLS.has(pair) ? pair : run.charAt(i);
    tokens.push({ type: 'symbol', text: symbol });
    i += symbol.length;
  }
  return tokens;
}

/** Recursive descent over the tokens; the messages of its errors are those of labels.Parse. */
class SelectorParser {
  readonly #tokens: Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = scan(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.type === 'end') return requirements;
      if (!startsRequirement(token))
        throw new Error(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === 'end') return requirements;
      if (next.text !== ',') throw new Error(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (!startsRequirement(after)) throw new Error(`found '${after.text}', expected: identifier after ','`);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { type: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }

  #requirement(): Requirement {
    try {
      return this.#parseRequirement();
    } catch (error) {
      throw new Error(`unable to parse requirement: ${(error as Error).message}`);
    }
  }

  #parseRequirement(): Requirement {
    let token = this.#take();
    const negated = token.text === '!' && token.type === 'symbol';
    if (negated) token = this.#take();
    if (!isIdentifier(token)) throw new Error(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const problems = qualifiedNameProblems(key);
    if (problems.length > 0) throw new Error(fieldError('', key, problems.join('; ')));
    if (negated) return { key, operator: '!', values: [] };
    const next = this.#peek();
    if (next.type === 'end' || next.text === ',') return { key, operator: 'exists', values: [] };
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : this.#exactValue();
    return checked({ key, operator, values: [...new Set(values)].sort() });
  }

  #operator(): SelectorOperator {
    const { text, type } = this.#take();
    const operators: Readonly<Record<string, SelectorOperator>> = {
      '=': '=',
      '==': '==',
      '!=': '!=',
      '>': 'gt',
      '<': 'lt',
    };
    const known = type === 'word' ? (text as 'in' | 'notin') : type === 'symbol' ? operators[text] : undefined;
    if (!known) throw new Error(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    return known;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.text !== '(') throw new Error(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.text === ')') {
      this.#take();
      return [''];
    }
    if (!isIdentifier(first) && first.text !== ',')
      throw new Error(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = this.#identifiers();
    this.#take();
    return values;
  }

  /** `(a,,b)` has an empty value in the middle. */
  #identifiers(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      if (isIdentifier(token)) {
        values.push(token.text);
        const next = this.#peek();
        if (next.text === ')') return values;
        if (next.text !== ',') throw new Error(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.text === ',') {
        if (values.length === 0) values.push('');
        const next = this.#peek();
        if (next.text === ',' || next.text === ')') values.push('');
        if (next.text === ')') return values;
      } else throw new Error(`found '${token.text}', expected: ',', or identifier`);
    }
  }

  #exactValue(): string[] {
    const next = this.#peek();
    if (next.type === 'end' || next.text === ',') return [''];
    const token = this.#take();
    if (!isIdentifier(token)) throw new Error(`found '${token.text}', expected: identifier`);
    return [token.text];
  }
}

const isIdentifier = (token: Token): boolean => token.type === 'identifier' || token.type === 'word';
const startsRequirement = (token: Token): boolean =>
  isIdentifier(token) || (token.type === 'symbol' && token.text === '!');

function fieldError(field: string, value: string, detail: string): string {
  return `${field === '' ? '<nil>' : field}: ${invalid('', value, detail).message}`;
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  const errors: string[] = [];
  if ((operator === 'gt' || operator === 'lt') && parseInt64(values[0] ?? '') === undefined) {
    errors.push(fieldError('values[0]', values[0] ?? '', "for 'Gt', 'Lt' operators, the value must be an integer"));
  }
  values.forEach((value, i) => {
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(fieldError(`values[${i}][${key}]`, value, problems.join('; ')));
  });
  if (errors.length > 0) throw new Error(errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`);
  return requirement;
}

/**
 * Reads the text of a `labelSelector` parameter.
 *
 * @throws Error with upstream's message, such as `unable to parse requirement: found 'b', expected: in, notin, …`
 * @example
 * selectorMatches(parseLabelSelector('app=web,tier notin (a,b)'), { app: 'web' }) // true
 */
export function parseLabelSelector(text: string): LabelSelector {
  return text === '' ? [] : new SelectorParser(text).parse().sort(byKey);
}
