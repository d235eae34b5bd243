/** What an awk program is made of, as the parser leaves it. */

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'group'; readonly inner: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | Place
  | { readonly kind: 'assign'; readonly place: Place; readonly operator: string; readonly value: Expression }
  | { readonly kind: 'step'; readonly place: Place; readonly by: 1 | -1; readonly isAfter: boolean }
  | { readonly kind: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly line?: number;
    }
  | { readonly kind: 'in'; readonly keys: readonly Expression[]; readonly array: string }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'getline';
      readonly place: Place | undefined;
      readonly from: 'input' | 'file' | 'command';
      readonly source: Expression | undefined;
    };

/** What can be assigned to. */
export type Place =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly array: string; readonly keys: readonly Expression[] }
  | { readonly kind: 'field'; readonly index: Expression };

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression }
  | {
      readonly kind: 'print' | 'printf';
      readonly values: readonly Expression[];
      readonly to: { readonly operator: '>' | '>>' | '|'; readonly target: Expression } | undefined;
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no: Statement | undefined }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: Statement; readonly isDo: boolean }
  | {
      readonly kind: 'for';
      readonly first: Statement | undefined;
      readonly test: Expression | undefined;
      readonly next: Statement | undefined;
      readonly body: Statement;
    }
  | { readonly kind: 'each'; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly kind: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly kind: 'exit' | 'return'; readonly value: Expression | undefined }
  | { readonly kind: 'delete'; readonly array: string; readonly keys: readonly Expression[] | undefined };

/** A pattern with what is done where it holds; without one, for each record. */
export interface Rule {
  readonly pattern: Expression | undefined;
  /** The end of a range of records. */
  readonly until: Expression | undefined;
  /** Printing the record, where nothing is said. */
  readonly action: readonly Statement[] | undefined;
}

export interface FunctionDefinition {
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
}

export interface Script {
  readonly begin: readonly (readonly Statement[])[];
  readonly rules: readonly Rule[];
  readonly end: readonly (readonly Statement[])[];
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
}
