import type { TestExpression } from 'unbash';
import { evaluateText } from './arithmetic.ts';
import { BadNumber, binaryTest, unaryTest } from './conditions.ts';
import { ShellError } from './control-flow.ts';
import { arithmeticContext, expandPattern, expandText } from './expand.ts';
import { compilePattern, matches } from './pattern.ts';
import { compileRegex } from './regex.ts';
import type { Shell } from './shell.ts';

/** `[[ … ]]`: words are not split, the right side of `=` is a pattern. */
export async function testExpression(shell: Shell, expression: TestExpression): Promise<boolean> {
  switch (expression.type) {
    case 'TestGroup':
      return testExpression(shell, expression.expression);
    case 'TestNot':
      return (await testExpression(shell, expression.operand)) === (expression.negations.length % 2 === 0);
    case 'TestLogical':
      for (const operand of expression.operands)
        if ((await testExpression(shell, operand)) === (expression.operator === '||'))
          return expression.operator === '||';
      return expression.operator === '&&';
    case 'TestUnary': {
      const operand = await expandText(shell, expression.operand);
      if (expression.operator === '-v') return shell.state.get(operand) !== undefined;
      const result = unaryTest(shell.process, expression.operator, operand);
      if (result === undefined) throw new ShellError(`[[: ${expression.operator}: unknown operand`);
      return result;
    }
    case 'TestBinary':
      return testBinary(shell, expression);
  }
}

async function testBinary(
  shell: Shell,
  { left, operator, right }: Extract<TestExpression, { readonly type: 'TestBinary' }>,
): Promise<boolean> {
  const text = await expandText(shell, left);
  if (operator === '=' || operator === '==' || operator === '!=') {
    const isMatch = await matches(shell.process, compilePattern(await expandPattern(shell, right)), text);
    return isMatch === (operator !== '!=');
  }
  const other = await expandText(shell, right);
  if (operator === '=~') return (await compileRegex(other, { extended: true })).test(text);
  if (/^-(eq|ne|lt|le|gt|ge)$/.test(operator)) {
    const context = arithmeticContext(shell);
    const [a, b] = [await evaluateText(text, context), await evaluateText(other, context)];
    return binaryTest(shell.process, String(a), operator, String(b)) ?? false;
  }
  try {
    return binaryTest(shell.process, text, operator, other) ?? false;
  } catch (error) {
    if (error instanceof BadNumber) throw new ShellError(error.message);
    throw error;
  }
}
