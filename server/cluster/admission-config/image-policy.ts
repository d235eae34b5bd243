import type { ImagePolicy } from '../../admission/image-policy-webhook.ts';
import { decodePlain } from '../../auth/config-shape.ts';
import type { FieldProblem } from '../../kube/field-problem.ts';
import { RemoteWebhook } from '../../kube/remote-server.ts';
import { formatDuration } from '../../schema/go-duration.ts';
import { readRemoteServer } from '../kubeconfig-file.ts';
import type { OutsideParts } from './admission-config.ts';
import { checked, type PluginConfig } from './plugin-config.ts';

const SHAPE = {
  imagePolicy: {
    kubeConfigFile: 'string',
    allowTTL: 'integer',
    denyTTL: 'integer',
    retryBackoff: 'integer',
    defaultAllow: 'boolean',
  },
} as const;

interface Settings {
  readonly kubeConfigFile?: string;
  readonly allowTTL?: number;
  readonly denyTTL?: number;
  readonly retryBackoff?: number;
  readonly defaultAllow?: boolean;
}

interface Range {
  readonly unitMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly usualMs: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const TTL = { unitMs: SECOND_MS, minMs: SECOND_MS, maxMs: 30 * MINUTE_MS };
/** Upstream's least pause is a nanosecond. */
const PAUSE: Range = { unitMs: 1, minMs: 1e-6, maxMs: 5 * MINUTE_MS, usualMs: 500 };

/** @throws Error: it does not do without a server to ask */
export function imagePolicyOf(config: PluginConfig | undefined, { outbound, clock }: OutsideParts): ImagePolicy {
  if (!config) throw new Error('no config specified');
  const problems: FieldProblem[] = [];
  const decoded = decodePlain<{ imagePolicy?: Settings }>(config.value, SHAPE, problems);
  const { imagePolicy = {} } = checked(config, decoded, problems);
  const firstPauseMs = duration(imagePolicy.retryBackoff, PAUSE);
  const allowTtlMs = duration(imagePolicy.allowTTL, { ...TTL, usualMs: 5 * MINUTE_MS });
  const denyTtlMs = duration(imagePolicy.denyTTL, { ...TTL, usualMs: 30 * SECOND_MS });
  const server = readRemoteServer(imagePolicy.kubeConfigFile ?? '');
  const webhook = new RemoteWebhook({ server, outbound, clock, retries: 'passing', firstPauseMs });
  return {
    post: (body) => webhook.post(body),
    allowTtlMs,
    denyTtlMs,
    defaultAllow: imagePolicy.defaultAllow ?? false,
  };
}

/** Zero is the usual one, and -1 none. @throws Error */
function duration(value: number | undefined, { unitMs, minMs, maxMs, usualMs }: Range): number {
  if (value === undefined || value === 0) return usualMs;
  if (value === -1) return 0;
  const ms = value * unitMs;
  if (ms >= minMs && ms <= maxMs) return ms;
  const [min, max, given] = [minMs, maxMs, ms].map((one) => formatDuration(BigInt(Math.round(one * 1e6))));
  throw new Error(`valid value is between ${min} and ${max}, got ${given}`);
}
