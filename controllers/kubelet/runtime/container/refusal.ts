import { ConfigProblem, TokenRefused } from '../files/sources.ts';
import { SystemError } from '../machine/errno.ts';

/** Why a container does not start: its command, its volumes, or a token that it cannot get. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof SystemError || error instanceof ConfigProblem || error instanceof TokenRefused;
