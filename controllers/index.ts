import type { ControllerDefinition } from './lib/controller.ts';

/** Every controller, in the order in which they start. */
export const controllers: readonly ControllerDefinition[] = [];
