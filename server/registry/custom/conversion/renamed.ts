/** Conversion between the versions of a custom resource (apiextensions-apiserver/pkg/apiserver/conversion). */
import type { Frozen } from '../../../base/freeze.ts';
import type { KubeObject } from '../../../kube/object.ts';

/** Strategy `None`: versions differ in their name only. */
export const renamed = (object: Frozen<KubeObject>, apiVersion: string): KubeObject =>
  ({ ...object, apiVersion }) as KubeObject;
