import type { Frozen } from '../base/freeze.ts';
import type { Device } from './types.gen.ts';

/** What expressions are asked about. */
export type SelectableDevice = Pick<Frozen<Device>, 'attributes' | 'capacity' | 'allowMultipleAllocations'> & {
  readonly driver: string;
};

/** Says whether an expression selects a device. @returns a text when the expression cannot say */
export type MatchDevice = (expression: string, device: SelectableDevice) => boolean | string;
