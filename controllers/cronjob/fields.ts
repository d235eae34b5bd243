/** The fields of a cron schedule as lists of numbers, so that every way to write them means what it means to robfig. */
import { CRON_FIELDS, type CronField } from '../../server/kube/cron-fields.ts';

/**
 * The same schedule in plain numbers. Stars stay: a day has to match both of its fields if one of them is a star.
 *
 * @example
 * plainFields('5/20 * ? jan-mar *') // '5,25,45 * * 1,2,3 *'
 */
export function plainFields(text: string): string {
  const fields = text.split(/\s+/);
  if (fields.length !== CRON_FIELDS.length) return text;
  return fields.map((field, i) => plainField(field, CRON_FIELDS[i])).join(' ');
}

function plainField(text: string, field: CronField | undefined): string {
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

function numberOf(text: string, { names = [] }: CronField): number {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return named < 0 ? Number(text) : named;
}
