/** Configurations of server-side apply, as requests bring them. */
import { ApiError, badRequest } from '../../kube/api-error.ts';
import type { Body } from '../request.ts';
import { repeatedKeyProblems } from '../yaml-duplicates.ts';

/** What somebody applies. */
export interface Configuration {
  readonly value: object;
  /** What is to be said about keys that its text has twice. */
  readonly duplicates: readonly string[];
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** JSON is YAML, and most clients send it. */
function fromJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function fromYaml(text: string, find: () => void): Promise<unknown> {
  const { parseYaml } = await import('../yaml.ts');
  try {
    return parseYaml(text);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // Upstream lets pass what looks like JSON until it is needed.
    const isLater = /^\s*\{/.test(text);
    if (isLater) find();
    const begin = isLater ? 'error decoding patch: error converting YAML to JSON' : 'error encoding patch';
    throw badRequest(`${begin}: ${(error as Error).message}`);
  }
}

/**
 * Whoever applies does it again and again with the same text: reading and checking it once is enough. Values are never
 * changed.
 */
const KNOWN_MAX = 128;
const KNOWN_CHARACTERS_MAX = 32 * 1024;
const known = new Map<string, Configuration>();

function remember(key: string, configuration: Configuration): Configuration {
  if (key.length > KNOWN_CHARACTERS_MAX) return configuration;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, configuration);
  return configuration;
}

/**
 * @param isStrict whether somebody wants to know about keys that come twice
 * @param find looks for the object, which upstream does before it decodes, and throws when it has to be there
 * @throws ApiError 400 for what is no YAML, or no map
 */
export async function readConfiguration(body: Body, isStrict: boolean, find: () => void): Promise<Configuration> {
  if ('object' in body) return { value: body.object as object, duplicates: [] };
  const text = body.bytes.toString();
  const key = isStrict ? text : ` ${text}`;
  const before = known.get(key);
  if (before) return before;
  const value = fromJson(text) ?? (await fromYaml(text, find)) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    find();
    const why = `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding patch: error unmarshaling JSON: while decoding JSON: ${why}`);
  }
  return remember(key, { value, duplicates: isStrict ? await repeatedKeyProblems(text) : [] });
}
