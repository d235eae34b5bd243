import { ApiError } from '../../../kube/api-error.ts';

/**
 * Thrown where an object is needed in a version that it has not been converted to yet: a webhook has to be asked, and
 * readers of storage do not wait. Whoever can wait calls {@link convert} and does the same again; to everybody else it
 * is a failure of the server.
 */
export class Unconverted extends ApiError {
  /** @throws ApiError when the webhook does not convert */
  readonly convert: () => Promise<void>;

  constructor(convert: () => Promise<void>) {
    super(500, 'InternalError', 'Internal error occurred: the object has not been converted to this version');
    this.convert = convert;
  }
}

/**
 * Does something again until everything that it reads has been converted.
 *
 * @param act changes nothing before it has read what it needs
 */
export async function onceConverted<T>(act: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error;
      await error.convert();
    }
  }
}
