/** An option of `startCluster()` that cannot be used: the command line has another name for it. */
export class OptionError extends Error {
  readonly option: string;
  /** The message without the name: ` has to be …`, or `: …`. */
  readonly fault: string;

  constructor(option: string, fault: string) {
    super(option + fault);
    this.name = 'OptionError';
    this.option = option;
    this.fault = fault;
  }
}
