/** Which texts are cron schedules and time zones, with the words of github.com/robfig/cron and Go's time package. */
import { CRON_FIELDS, type CronField } from '../../kube/cron-fields.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { parseDuration } from '../../schema/go-duration.ts';

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const EVERY = '@every ';

/** Why a text is no schedule; undefined when it is one. */
export function scheduleFault(text: string): string | undefined {
  try {
    checkSchedule(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function checkSchedule(text: string): void {
  if (text === '') throw new Error('empty spec string');
  const spec = withoutZone(text);
  if (spec.startsWith('@')) {
    checkDescriptor(spec);
    return;
  }
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== CRON_FIELDS.length) {
    throw new Error(`expected exactly ${CRON_FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  for (const [i, bounds] of CRON_FIELDS.entries()) {
    for (const range of (fields[i] ?? '').split(',')) if (range !== '') checkRange(range, bounds);
  }
}

/** `TZ=Asia/Tokyo 0 0 * * *` names its time zone first. */
function withoutZone(text: string): string {
  if (!/^(CRON_)?TZ=/.test(text)) return text;
  const blank = text.indexOf(' ');
  // Upstream's parser panics here, and says so.
  if (blank < 0) throw new Error('invalid schedule format: runtime error: slice bounds out of range [:-1]');
  const zone = text.slice(text.indexOf('=') + 1, blank);
  if (!isTimeZone(zone)) throw new Error(`provided bad location ${zone}: unknown time zone ${zone}`);
  return text.slice(blank).trim();
}

function checkDescriptor(spec: string): void {
  if (DESCRIPTORS.includes(spec)) return;
  if (!spec.startsWith(EVERY)) throw new Error(`unrecognized descriptor: ${spec}`);
  try {
    parseDuration(spec.slice(EVERY.length));
  } catch (error) {
    throw new Error(`failed to parse duration ${spec}: ${(error as Error).message}`);
  }
}

/** `number | number-number [/number]`, where names and wildcards stand for numbers. */
function checkRange(range: string, bounds: CronField): void {
  const [span = '', step, ...moreSteps] = range.split('/');
  const [low = '', high, ...moreHyphens] = span.split('-');
  let [start, end] = [bounds.first, bounds.last];
  if (low !== '*' && low !== '?') {
    start = numberOf(low, bounds.names);
    if (moreHyphens.length > 0) throw new Error(`too many hyphens: ${range}`);
    end = high === undefined ? start : numberOf(high, bounds.names);
  }
  if (moreSteps.length > 0) throw new Error(`too many slashes: ${range}`);
  const by = step === undefined ? 1 : numberOf(step);
  if (step !== undefined && high === undefined && moreHyphens.length === 0) end = bounds.last;
  if (start < bounds.first) throw new Error(`beginning of range (${start}) below minimum (${bounds.first}): ${range}`);
  if (end > bounds.last) throw new Error(`end of range (${end}) above maximum (${bounds.last}): ${range}`);
  if (start > end) throw new Error(`beginning of range (${start}) beyond end of range (${end}): ${range}`);
  if (by === 0) throw new Error(`step of range should be a positive number: ${range}`);
}

function numberOf(text: string, names: readonly string[] = []): number {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  if (!/^[-+]?\d+$/.test(text)) {
    throw new Error(`failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (value < 0) throw new Error(`negative number (${value}) not allowed: ${text}`);
  return value;
}

/** Whether the time zone database has a name. Intl ignores case, Go's files do not. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'UTC' || name === 'Local') return true;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
