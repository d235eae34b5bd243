import { type ArithmeticExpression, type ArithmeticWord, parse } from 'unbash';
import { ShellError } from './control-flow.ts';

/** What an expression needs of the shell. */
export interface ArithmeticContext {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** A word with expansions in it. */
  expand(word: ArithmeticWord): Promise<string>;
  /** `$(…)` as an operand of its own. */
  substitute(text: string): Promise<string>;
}

const DEPTH_MAX = 64;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
const RADIX = /^(\d+)#([0-9a-zA-Z]+)$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);

function quotient(left: bigint, right: bigint, operator: string): bigint {
  if (right === 0n) throw new ShellError('divide by zero');
  return operator === '/' ? left / right : left % right;
}

const BINARY: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => quotient(a, b, '/'),
  '%': (a, b) => quotient(a, b, '%'),
  '**': (a, b) => power(a, b),
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  ',': (_, b) => b,
};

/** By squaring, within 64 bits: a large exponent takes no time. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new ShellError('exponent less than 0');
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = wrap(result * square);
    square = wrap(square * square);
  }
  return result;
}

class Evaluation {
  readonly #context: ArithmeticContext;
  #depth = 0;

  constructor(context: ArithmeticContext) {
    this.#context = context;
  }

  async value(expression: ArithmeticExpression): Promise<bigint> {
    switch (expression.type) {
      case 'ArithmeticGroup':
        return this.value(expression.expression);
      case 'ArithmeticTernary':
        return this.value((await this.value(expression.test)) === 0n ? expression.alternate : expression.consequent);
      case 'ArithmeticWord':
        return this.#word(expression);
      case 'ArithmeticCommandExpansion':
        return this.text(await this.#context.substitute(expression.text));
      case 'ArithmeticUnary':
        return this.#unary(expression.operator, expression.operand, expression.prefix);
      case 'ArithmeticBinary':
        return this.#binary(expression.operator, expression.left, expression.right);
    }
  }

  /** What a text means that a variable holds, or an expansion gave: a number or an expression. */
  async text(text: string): Promise<bigint> {
    const word = text.trim();
    if (word === '') return 0n;
    if (NUMBER.test(word)) return wrap(BigInt(/^0[0-7]+$/.test(word) ? `0o${word.slice(1)}` : word));
    if (/^-\d+$/.test(word)) return wrap(BigInt(word));
    const [, radix = '', digits = ''] = RADIX.exec(word) ?? [];
    if (radix !== '') return inRadix(Number(radix), digits);
    if (++this.#depth > DEPTH_MAX) throw new ShellError('expression recursion loop detected');
    try {
      if (NAME.test(word)) return await this.text(this.#context.get(word) ?? '');
      return await this.value(expressionOf(word));
    } finally {
      this.#depth--;
    }
  }

  async #word(word: ArithmeticWord): Promise<bigint> {
    if (/[$`'"\\]/.test(word.value)) return this.text(await this.#context.expand(word));
    if (!NUMBER.test(word.value) && !NAME.test(word.value) && !RADIX.test(word.value))
      throw new ShellError('arithmetic syntax error');
    return this.text(word.value);
  }

  async #unary(operator: string, operand: ArithmeticExpression, prefix: boolean): Promise<bigint> {
    const before = await this.value(operand);
    if (operator === '-') return wrap(-before);
    if (operator === '+') return before;
    if (operator === '~') return wrap(~before);
    if (operator === '!') return truth(before === 0n);
    const after = wrap(operator === '++' ? before + 1n : before - 1n);
    this.#context.set(await this.#nameOf(operand), String(after));
    return prefix ? after : before;
  }

  async #binary(operator: string, left: ArithmeticExpression, right: ArithmeticExpression): Promise<bigint> {
    if (operator === '&&') return truth((await this.value(left)) !== 0n && (await this.value(right)) !== 0n);
    if (operator === '||') return truth((await this.value(left)) !== 0n || (await this.value(right)) !== 0n);
    const compute = BINARY[operator];
    if (compute) return wrap(compute(await this.value(left), await this.value(right)));
    const name = await this.#nameOf(left);
    const change = BINARY[operator.slice(0, -1)];
    if (operator !== '=' && !change) throw new ShellError('arithmetic syntax error');
    const value = await this.value(right);
    const result = operator === '=' || !change ? value : wrap(change(await this.value(left), value));
    this.#context.set(name, String(result));
    return result;
  }

  async #nameOf(expression: ArithmeticExpression): Promise<string> {
    if (expression.type === 'ArithmeticGroup') return this.#nameOf(expression.expression);
    const name = expression.type === 'ArithmeticWord' ? expression.value : '';
    if (!NAME.test(name)) throw new ShellError('arithmetic syntax error');
    return name;
  }
}

function inRadix(radix: number, digits: string): bigint {
  let value = 0n;
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36);
    if (!(worth < radix)) throw new ShellError('arithmetic syntax error');
    value = wrap(value * BigInt(radix) + BigInt(worth));
  }
  return value;
}

function expressionOf(text: string): ArithmeticExpression {
  const { commands, errors } = parse(`((${text}\n))`);
  const command = commands[0]?.command;
  if (errors || command?.type !== 'ArithmeticCommand' || !command.expression)
    throw new ShellError('arithmetic syntax error');
  return command.expression;
}

/** The value of `$((…))`. @throws ShellError */
export async function evaluate(
  expression: ArithmeticExpression | undefined,
  context: ArithmeticContext,
): Promise<bigint> {
  return expression ? new Evaluation(context).value(expression) : 0n;
}

/** The value of an expression that is only known as a text: `let`, offsets of `${x:1}`. @throws ShellError */
export async function evaluateText(text: string, context: ArithmeticContext): Promise<bigint> {
  return new Evaluation(context).text(text);
}
