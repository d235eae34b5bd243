/** Where a walk through a value stands. Steps are pushed and taken back: a walk without problems makes no text. */
export class ValuePath {
  readonly #steps: (string | number)[] = [];

  /** A field, or an item by its index. */
  push(step: string | number): void {
    this.#steps.push(step);
  }

  pop(): void {
    this.#steps.pop();
  }

  /** Whether nothing was pushed. */
  get isRoot(): boolean {
    return this.#steps.length === 0;
  }

  /** `spec.list[0].name`, as kube-openapi and the pruning of apiextensions-apiserver print paths: keys as they are. */
  text(): string {
    let text = '';
    for (const step of this.#steps) {
      if (typeof step === 'number') text += `[${step}]`;
      else text += text === '' ? step : `.${step}`;
    }
    return text;
  }
}

/** `spec.name`, or only the name at the root: field.Path.Child. */
export const childPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** `spec[name]`: field.Path.Key and field.Path.Index. */
export const keyPath = (path: string, key: string | number): string => `${path}[${key}]`;
