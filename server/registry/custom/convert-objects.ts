/** Conversion between the versions of a custom resource (apiextensions-apiserver/pkg/apiserver/conversion). */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';

/**
 * Converts objects of one definition to a version. It is only asked for objects of other versions, and gives as many as
 * it got, in their order.
 *
 * @throws ApiError 500 when it cannot
 */
export interface ConvertObjects {
  (objects: readonly Frozen<KubeObject>[], apiVersion: string): Promise<readonly KubeObject[]>;
}

/** Strategy `None`: versions differ in their name only. */
export const renamed = (object: Frozen<KubeObject>, apiVersion: string): KubeObject =>
  ({ ...object, apiVersion }) as KubeObject;
