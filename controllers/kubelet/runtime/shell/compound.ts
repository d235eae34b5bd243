import type {
  ArithmeticExpression,
  Case,
  CommandNode,
  CompoundList,
  For,
  Function as FunctionNode,
  If,
  While,
} from 'unbash';
import { evaluate } from './arithmetic.ts';
import { LoopJump, Returned, ShellError } from './control-flow.ts';
import { arithmeticContext, expandPattern, expandText, expandWords } from './expand.ts';
import { compilePattern, matches } from './pattern.ts';
import { redirected } from './redirect.ts';
import type { Shell } from './shell.ts';
import type { FunctionBody } from './shell-state.ts';
import { testExpression } from './test-command.ts';

type Compound = Exclude<CommandNode, { readonly type: 'Command' | 'Redirected' }>;

/** Runs `if`, loops, `case`, groups, subshells and definitions of functions. @returns the status */
export async function runCompound(shell: Shell, node: Compound | CompoundList): Promise<number> {
  switch (node.type) {
    case 'CompoundList':
      return shell.runList(node);
    case 'BraceGroup':
      return shell.runList(node.body);
    case 'Subshell':
      return shell.waitFor(shell.fork((child) => child.runList(node.body, true)));
    case 'If':
      return runIf(shell, node);
    case 'While':
      return runWhile(shell, node);
    case 'For':
      return runFor(shell, node);
    case 'ArithmeticFor':
      return runArithmeticFor(shell, node.initialize, node.test, node.update, node.body);
    case 'Case':
      return runCase(shell, node);
    case 'Function':
      return define(shell, node);
    case 'TestCommand':
      return (await testExpression(shell, node.expression)) ? 0 : 1;
    case 'ArithmeticCommand':
      if (!node.expression) throw new ShellError('arithmetic syntax error');
      return (await evaluate(node.expression, arithmeticContext(shell))) === 0n ? 1 : 0;
    case 'Select':
    case 'Coproc':
      throw new ShellError(`syntax error: ${node.type.toLowerCase()} is not simulated`);
  }
}

function define(shell: Shell, { name, body }: FunctionNode): number {
  shell.state.functions.set(name.value, body);
  return 0;
}

/** Runs a function's body with parameters of its own. */
export async function callFunction(shell: Shell, body: FunctionBody, args: readonly string[]): Promise<number> {
  const { state } = shell;
  const { positional, loopDepth } = state;
  return shell.call(async () => {
    state.positional = args;
    state.loopDepth = 0;
    state.locals.push(new Map());
    try {
      if (body.type === 'Redirected')
        return await redirected(shell, body.redirects, () => runCompound(shell, body.command));
      return await runCompound(shell, body);
    } catch (error) {
      if (error instanceof Returned) return error.status;
      throw error;
    } finally {
      state.leaveFunction();
      state.positional = positional;
      state.loopDepth = loopDepth;
    }
  });
}

async function holds(shell: Shell, clause: CompoundList): Promise<boolean> {
  return shell.condition(() => shell.runList(clause));
}

async function runIf(shell: Shell, node: If): Promise<number> {
  if (await holds(shell, node.clause)) return shell.runList(node.then);
  for (const { clause, then } of node.elif) if (await holds(shell, clause)) return shell.runList(then);
  return node.else ? shell.runList(node.else) : 0;
}

/** @returns whether the loop goes on */
async function runBody(shell: Shell, body: CompoundList): Promise<boolean> {
  try {
    await shell.runList(body);
    return true;
  } catch (error) {
    if (!(error instanceof LoopJump)) throw error;
    shell.state.status = 0;
    if (error.levels > 1 && shell.state.loopDepth > 1) {
      error.levels--;
      throw error;
    }
    return error.kind === 'continue';
  }
}

async function inLoop(shell: Shell, run: () => Promise<number>): Promise<number> {
  shell.state.loopDepth++;
  try {
    return await run();
  } finally {
    shell.state.loopDepth--;
  }
}

async function runWhile(shell: Shell, { kind, clause, body }: While): Promise<number> {
  return inLoop(shell, async () => {
    let status = 0;
    for (;;) {
      const pause = shell.process.step();
      if (pause) await pause;
      let isTrue: boolean;
      try {
        isTrue = await holds(shell, clause);
      } catch (error) {
        if (!(error instanceof LoopJump) || error.levels > 1) throw error;
        if (error.kind === 'continue') continue;
        return 0;
      }
      if (isTrue !== (kind === 'while')) return status;
      const goesOn = await runBody(shell, body);
      status = shell.state.status;
      if (!goesOn) return status;
    }
  });
}

async function runFor(shell: Shell, { name, wordlist, body }: For): Promise<number> {
  const words = wordlist ? await expandWords(shell, wordlist) : shell.state.positional;
  return inLoop(shell, async () => {
    shell.state.status = 0;
    for (const word of words) {
      const pause = shell.process.step();
      if (pause) await pause;
      shell.setVariable(name.value, word);
      if (!(await runBody(shell, body))) break;
    }
    return shell.state.status;
  });
}

async function runArithmeticFor(
  shell: Shell,
  initialize: ArithmeticExpression | undefined,
  test: ArithmeticExpression | undefined,
  update: ArithmeticExpression | undefined,
  body: CompoundList,
): Promise<number> {
  const context = arithmeticContext(shell);
  return inLoop(shell, async () => {
    shell.state.status = 0;
    await evaluate(initialize, context);
    while (!test || (await evaluate(test, context)) !== 0n) {
      const pause = shell.process.step();
      if (pause) await pause;
      if (!(await runBody(shell, body))) break;
      await evaluate(update, context);
    }
    return shell.state.status;
  });
}

async function runCase(shell: Shell, { word, items }: Case): Promise<number> {
  const text = await expandText(shell, word);
  let runsNext = false;
  let status = 0;
  for (const { pattern, body, terminator } of items) {
    let isMatch = runsNext;
    for (const alternative of pattern) {
      if (isMatch) break;
      isMatch = await matches(shell.process, compilePattern(await expandPattern(shell, alternative)), text);
    }
    if (!isMatch) continue;
    status = body.commands.length === 0 ? 0 : await shell.runList(body);
    if (terminator === ';&') runsNext = true;
    else if (terminator === ';;&') runsNext = false;
    else return status;
  }
  return status;
}
