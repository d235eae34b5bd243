/** Who keeps what is asked, so that it can be looked at later. `server/cluster/journal` does. */
import type { KubeObject } from '../../kube/object.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

export interface RequestJournal {
  /** Begins to take down a request; undefined when nothing is kept of it. */
  begin(request: ApiRequest): RequestNote | undefined;
}

/** What is kept of one request. */
export interface RequestNote {
  /** Whether bodies are kept too. */
  readonly keepsBodies: boolean;
  /** The object of the body, as the requested version has it with its defaults; it is copied if it is kept. */
  takeObject(object: KubeObject): void;
  /** A body that is no object of the resource: a patch, or options. */
  takeBody(value: unknown): void;
  /** Takes down an answer. @returns the answer to send: one that goes on tells the note when it ends */
  answered(response: ApiResponse): ApiResponse;
}
