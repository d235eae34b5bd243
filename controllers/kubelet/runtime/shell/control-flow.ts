/** How a shell leaves what it is doing. None of these is an error of the program. */

/** `break 2`, `continue`. */
export class LoopJump extends Error {
  readonly kind: 'break' | 'continue';
  levels: number;

  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

/** `return`. */
export class Returned extends Error {
  readonly status: number;

  constructor(status: number) {
    super('return');
    this.status = status;
  }
}

/** `exit`, and `set -e`. */
export class ShellExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

/** What ends a shell that nobody types into, with a message: an unset parameter, a wrong expression. */
export class ShellError extends Error {
  readonly status: number;

  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}

/** A builtin that was called wrongly: only special ones end the shell. */
export class Misuse extends ShellError {}

/** ^C at the prompt. */
export class Abandoned extends Error {}
