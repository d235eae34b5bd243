/** A test kit of `clients/`, or an example: tested in a copy of its own. */
export interface Kit {
  readonly name: string;
  readonly folder: string;
  /** What it is tested with, and the version of that. */
  uses(): string;
  /** What tests it; unless given, the commands of its README. */
  readonly script?: string;
}

export declare const KITS: readonly Kit[];

/** Runs one of them from nothing, with the build in a folder. @returns `ok …`, or `not ok …: why` */
export declare function runKit(kit: Kit, dist?: string): Promise<string>;
