/** A controller that leaves an object alone, and what keeps it away. */
export interface ControllerOff {
  /** In full: `deployment-controller`. */
  readonly name: string;
  /**
   * `start`: the server was started without it; `switch`: it was switched off everywhere; `namespace`: it was switched
   * off in a namespace; `annotation`: an object says so.
   */
  readonly by: 'start' | 'switch' | 'namespace' | 'annotation';
  /** Whose switch it is. */
  readonly namespace?: string;
  /** Whose annotation it is: `Deployment/web`. */
  readonly object?: string;
}
