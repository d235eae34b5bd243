/** Something to wait for that can happen again and again: data came, room was made, a child ended. */
export class Gate {
  #passed: Promise<void> | undefined;
  #open: (() => void) | undefined;

  /** Resolves when it opens next. */
  wait(): Promise<void> {
    this.#passed ??= new Promise((resolve) => {
      this.#open = resolve;
    });
    return this.#passed;
  }

  open(): void {
    const open = this.#open;
    this.#passed = undefined;
    this.#open = undefined;
    open?.();
  }
}
