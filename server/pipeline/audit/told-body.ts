import type { KubeObject } from '../../kube/object.ts';
import type { ApiRequest } from '../request.ts';

type Listeners = Pick<ApiRequest, 'audit' | 'note'>;

/** Tells whoever records a request which object it brings, as the requested version has it with its defaults. */
export function tellObject({ audit, note }: Listeners, object: KubeObject): void {
  audit?.takeObject(object);
  note?.takeObject(object);
}

/** The same of a body that is no object of the resource: a patch, or options. */
export function tellBody({ audit, note }: Listeners, value: unknown): void {
  audit?.takeBody(value);
  note?.takeBody(value);
}
