/** The type that JSON Schema gives a value. Go keeps whole numbers as int64 when they fit. */
export type ValueKind = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';

const INT64_LIMIT = 2 ** 63;

/** Whether Go's decoder holds a number as an int64. */
export const isInt64 = (value: number): boolean =>
  Number.isInteger(value) && value >= -INT64_LIMIT && value < INT64_LIMIT;

/** @param value anything but null and undefined */
export function kindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
      return isInt64(value) ? 'integer' : 'number';
    default:
      return Array.isArray(value) ? 'array' : 'object';
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
