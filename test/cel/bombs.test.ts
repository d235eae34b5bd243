import { describe, expect, test } from 'vitest';
import { CelFault, celEnvironment, compile, type Evaluation } from '../../server/schema/cel/compile.ts';
import { dynamic } from '../../server/schema/cel/types/declaration.ts';

/** What is hostile has to end in this time, on a busy machine. */
const QUICK_MS = 5000;

const environment = celEnvironment({ self: dynamic() });

function fault(text: string): string {
  const rule = compile(text, environment);
  if (!(rule instanceof CelFault)) throw new Error('the expression is accepted');
  return rule.message;
}

function evaluate(text: string, self: unknown = {}): Evaluation {
  const rule = compile(text, environment);
  if (rule instanceof CelFault) throw new Error(rule.message);
  return rule.evaluate({ self });
}

const NESTED = 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250';
const DEEP = 'ERROR: <input>:-1:0: max recursion depth exceeded';
const EXCEEDED = { error: 'operation cancelled: actual cost limit exceeded', exceeded: true };

describe('hostile expressions end quickly', { timeout: QUICK_MS }, () => {
  test('nesting is limited, whatever is nested', () => {
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
      ['{1:', '}'],
      ['size(', ')'],
      ['self.all(x, ', ')'],
    ] as const) {
      expect(fault(open.repeat(5000) + 1 + close.repeat(5000)), open).toBe(NESTED);
    }
    expect(fault(`${'true ? 1 : '.repeat(5000)}1`)).toBe(NESTED);
  });

  test('chains are limited, but for those of logic', () => {
    expect(fault(`1${'+1'.repeat(30_000)}`)).toBe(DEEP);
    expect(fault(`self${'.a'.repeat(30_000)}`)).toBe(DEEP);
    expect(fault(`self${'[0]'.repeat(30_000)}`)).toBe(DEEP);
    expect(evaluate(`true${'&&true'.repeat(15_000)}`)).toMatchObject({ value: true });
    expect(evaluate(`${'!'.repeat(50_000)}true`)).toMatchObject({ value: true });
  });

  test('expressions have at most 100,000 characters', () => {
    expect(fault(`'${'a'.repeat(100_000)}'`)).toBe(
      'ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100002, limit 100000',
    );
    expect(evaluate(`'${'😀'.repeat(99_000)}'.size()`)).toMatchObject({ value: 99_000 });
  });

  test('problems are listed up to the hundredth', () => {
    const lines = fault(Array.from({ length: 5000 }, () => 'x').join(' || ')).split('\n');
    expect(lines.at(-1)).toBe('4900 more errors were truncated');
  });

  test('nested macros end with the budget', () => {
    const list = Array.from({ length: 300 }, (_none, index) => index);
    const text = 'self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d >= 0))))';
    expect(evaluate(text, list)).toMatchObject(EXCEEDED);
    const doubled = `[1, 2]${'.map(x, [x, x]).flatten()'.repeat(60)}.size()`;
    expect(evaluate(doubled)).toMatchObject(EXCEEDED);
  });

  test('texts that grow end with the budget', () => {
    const doubled = `[self]${'.map(a, a + a)'.repeat(40)}[0]`;
    const long = 'x'.repeat(1000);
    expect(evaluate(`${doubled}.size() > 0`, long)).toMatchObject(EXCEEDED);
    expect(evaluate(`self.replace('x', self).replace('x', self).replace('x', self)`, long)).toMatchObject(EXCEEDED);
    expect(evaluate(`lists.range(50000).map(x, self).join(self)`, long)).toMatchObject(EXCEEDED);
  });

  test('lists that grow cost little until one looks into them', () => {
    const doubled = `[self]${'.map(a, a + a)'.repeat(40)}[0]`;
    expect(evaluate(`${doubled}.size()`, [1, 2])).toMatchObject({ value: 2 ** 41 });
    expect(evaluate(`${doubled} == ${doubled}`, [1, 2])).toMatchObject(EXCEEDED);
    expect(evaluate(`3 in ${doubled}`, [1, 2])).toMatchObject(EXCEEDED);
    expect(evaluate('lists.range(9000000000000)')).toMatchObject(EXCEEDED);
  });

  test('patterns that make other engines hang are matched in linear time', () => {
    const text = `${'a'.repeat(20_000)}!`;
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '^(a*)*b$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
      expect(evaluate(`self.matches('${pattern}')`, text), pattern).toMatchObject({ value: false });
    }
    expect(evaluate(`self.find('(a|aa)+$')`, text)).toMatchObject({ value: '' });
  });

  test('patterns that are too large or too deep are refused', () => {
    expect(fault(`'a'.matches('(((a{100}){100}){100}){100}')`)).toContain('invalid matches argument');
    expect(fault(`'a'.matches('${'('.repeat(5000)}a${')'.repeat(5000)}')`)).toContain('invalid matches argument');
    expect(fault(`'a'.matches('${'a{1000}'.repeat(1000)}')`)).toContain('invalid matches argument');
    expect(evaluate(`self.matches('(a|b)*a(a|b){900}c')`, 'ab'.repeat(5000))).toMatchObject({ value: false });
    expect(evaluate(`self.matches('(a|b)*a(a|b){900}c')`, 'ab'.repeat(1_000_000))).toMatchObject(EXCEEDED);
  });

  test('lookaround and backreferences are refused, as RE2 does', () => {
    for (const pattern of ['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', '(a)\\\\1', '(?>a)', 'a++']) {
      expect(fault(`'a'.matches('${pattern}')`), pattern).toContain('invalid matches argument');
    }
  });
});
