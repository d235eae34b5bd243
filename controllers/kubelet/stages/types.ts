/** kwok.x-k8s.io/v1alpha1 Stage, as far as it is obeyed. */
import type { KubeObject } from '../../../server/kube/object.ts';

export const STAGES = 'kwok.x-k8s.io/v1alpha1/stages';
export const STAGES_DEFINITION = 'stages.kwok.x-k8s.io';

export interface ExpressionFrom {
  readonly expressionFrom?: string;
  readonly jq?: { readonly expression: string };
  readonly cel?: object;
}

export interface MatchExpression {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
  readonly jq?: { readonly key: string; readonly operator: string; readonly values?: readonly string[] };
  readonly cel?: object;
}

export interface StagePatch {
  readonly subresource?: string;
  readonly root?: string;
  readonly template?: string;
  readonly type?: string;
  readonly impersonation?: { readonly username: string };
}

interface FinalizerItem {
  readonly value?: string;
}

export interface StageFinalizers {
  readonly add?: readonly FinalizerItem[];
  readonly remove?: readonly FinalizerItem[];
  readonly empty?: boolean;
}

export interface StageEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface StageStep {
  readonly event?: StageEvent;
  readonly finalizers?: StageFinalizers;
  readonly patch?: StagePatch;
  readonly delete?: boolean;
  readonly apply?: object;
}

export interface StageNext {
  readonly event?: StageEvent;
  readonly finalizers?: StageFinalizers;
  readonly patches?: readonly StagePatch[];
  readonly statusTemplate?: string;
  readonly statusSubresource?: string;
  readonly statusPatchAs?: { readonly username: string };
  readonly delete?: boolean;
}

export interface StageObject extends KubeObject {
  readonly spec: {
    readonly resourceRef: { readonly apiGroup?: string; readonly kind: string };
    readonly selector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchAnnotations?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly MatchExpression[];
    };
    readonly weight?: number;
    readonly weightFrom?: ExpressionFrom;
    readonly delay?: {
      readonly durationMilliseconds?: number;
      readonly durationFrom?: ExpressionFrom;
      readonly jitterDurationMilliseconds?: number;
      readonly jitterDurationFrom?: ExpressionFrom;
    };
    readonly next?: StageNext;
    readonly steps?: readonly StageStep[];
    readonly immediateNextStage?: boolean;
  };
}
