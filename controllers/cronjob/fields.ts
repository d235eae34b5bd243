/** The fields of a cron schedule as lists of numbers, so that every way to write them means what it means to robfig. */

interface Field {
  readonly first: number;
  readonly last: number;
  readonly names?: readonly string[];
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Minute, hour, day of month, month, day of week. */
const FIELDS: readonly Field[] = [
  { first: 0, last: 59 },
  { first: 0, last: 23 },
  { first: 1, last: 31 },
  { first: 1, last: 12, names: MONTHS },
  { first: 0, last: 6, names: DAYS },
];

/**
 * The same schedule in plain numbers. Stars stay: a day has to match both of its fields if one of them is a star.
 *
 * @example
 * plainFields('5/20 * ? jan-mar *') // '5,25,45 * * 1,2,3 *'
 */
export function plainFields(text: string): string {
  const fields = text.split(/\s+/);
  if (fields.length !== FIELDS.length) return text;
  return fields.map((field, i) => plainField(field, FIELDS[i])).join(' ');
}

function plainField(text: string, field: Field | undefined): string {
  if (!field) return text;
  const values = new Set<number>();
  for (const part of text.split(',').filter((part) => part !== '')) {
    const [span = '', step = '1'] = part.split('/');
    const by = Number(step);
    const isStar = /^[*?]/.test(span);
    if (isStar && by === 1) return '*';
    const [low = '', high = part.includes('/') ? String(field.last) : low] = span.split('-');
    const first = isStar ? field.first : numberOf(low, field);
    const last = isStar ? field.last : numberOf(high, field);
    // What is no number is left to the library, which refuses it.
    if (!(first <= last && by > 0)) return text;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return [...values].join(',');
}

function numberOf(text: string, { names = [] }: Field): number {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return named < 0 ? Number(text) : named;
}
