import { argoRollouts } from './objects/argo-rollouts.ts';
import { certManager } from './objects/cert-manager.ts';
import { clusterApi } from './objects/cluster-api.ts';
import { gatewayApi, gatewayApiExperimental } from './objects/gateway-api.ts';
import { istio } from './objects/istio.ts';
import { knativeServing } from './objects/knative.ts';
import { prometheusOperator } from './objects/prometheus.ts';
import type { Operator } from './operator.ts';

/** Whose definitions are installed. */
export const OPERATORS: readonly Operator[] = [
  gatewayApi,
  gatewayApiExperimental,
  certManager,
  prometheusOperator,
  clusterApi,
  argoRollouts,
  knativeServing,
  istio,
];
