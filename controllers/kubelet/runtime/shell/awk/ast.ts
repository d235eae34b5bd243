/** What a program in awk is made of. */

/** Something that a value can be put into. */
export type Place =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expression }
  | { readonly kind: 'element'; readonly array: string; readonly subscripts: readonly Expression[] };

export type Expression =
  | Place
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** As a value, whether the record matches. */
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'in'; readonly array: string; readonly subscripts: readonly Expression[] }
  | { readonly kind: 'assign'; readonly operator: string; readonly place: Place; readonly value: Expression }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly isPrefix: boolean; readonly place: Place }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'match'; readonly isNegated: boolean; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'logic'; readonly isAnd: boolean; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Expression[] }
  /** In parentheses: no place to assign to, and no redirection. */
  | { readonly kind: 'group'; readonly list: readonly Expression[] }
  | Getline;

/** Reads a record. */
export interface Getline {
  readonly kind: 'getline';
  readonly from: 'main' | 'file' | 'command';
  readonly source?: Expression;
  readonly place?: Place;
}

export interface Redirection {
  readonly operator: '>' | '>>' | '|';
  readonly target: Expression;
}

export type Statement = Action & {
  /** Where it begins, for messages; that of what it stands in unless given. */
  readonly line?: number;
};

type Action =
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'print'; readonly args: readonly Expression[]; readonly to?: Redirection }
  | { readonly kind: 'printf'; readonly args: readonly Expression[]; readonly to?: Redirection }
  | { readonly kind: 'if'; readonly condition: Expression; readonly yes: Statement; readonly no?: Statement }
  | {
      readonly kind: 'loop';
      readonly condition: Expression | undefined;
      readonly body: Statement;
      readonly first?: Statement;
      readonly after?: Statement;
      readonly isCheckedLater?: boolean;
    }
  | { readonly kind: 'forIn'; readonly variable: string; readonly array: string; readonly body: Statement }
  | { readonly kind: 'block'; readonly list: readonly Statement[] }
  | { readonly kind: 'jump'; readonly to: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly kind: 'exit' | 'return'; readonly value?: Expression }
  | { readonly kind: 'delete'; readonly array: string; readonly subscripts?: readonly Expression[] };

export interface Rule {
  /** One expression, or two: from a record that matches the first to one that matches the second. */
  readonly pattern: readonly Expression[];
  /** Absent: the record is printed. */
  readonly action?: Statement;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: Statement;
}

export interface AwkProgram {
  readonly begin: readonly Statement[];
  readonly end: readonly Statement[];
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}
