/**
 * The formats of strings that schemas may ask for (kube-openapi/pkg/validation/strfmt). Others are accepted and mean
 * nothing.
 */
import { formatIp, parseCidr, parseIp } from '../../kube/ip-addresses.ts';
import { parseDuration } from '../go-duration.ts';
import { isCreditCard, isIsbn10, isIsbn13 } from './format-checksums.ts';
import { isEmail } from './format-email.ts';

/** Whether a text has the format. */
export type FormatTest = (text: string) => boolean;

const matches =
  (expression: RegExp): FormatTest =>
  (text) =>
    expression.test(text);

const uuid = (third: string, fourth = '[0-9a-f]'): FormatTest =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'));

const SHORT_NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const isShortName = matches(new RegExp(`^${SHORT_NAME}$`));
const isLongName = matches(new RegExp(`^${SHORT_NAME}(?:\\.${SHORT_NAME})*$`));

const BYTE = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*';
const RGB = new RegExp(`^rgb\\(${BYTE},${BYTE},${BYTE}\\)$`);

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && !isLeap ? 28 : (DAYS[month - 1] ?? 0);
  return day >= 1 && day <= last;
}

/** Hours, minutes and seconds are compared as texts, and any character may stand before the fraction. */
function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date)) return false;
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time);
  if (!match) return false;
  const [, hour = '', minute = '', second = ''] = match;
  return hour <= '23' && minute <= '59' && second <= '59';
}

const UNITS = [
  ['ns', 'nano'],
  ['us', 'µs', 'micro'],
  ['ms', 'milli'],
  ['s', 'sec'],
  ['m', 'min'],
  ['h', 'hr', 'hour'],
  ['d', 'day'],
  ['w', 'wk', 'week'],
];

/** Go's, or one with a number and a unit in words anywhere: `3 days`. */
function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    // Scala's form.
  }
  let isOne = false;
  for (const [, count = '', word = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    if (BigInt(count) >= 1n << 63n) return false;
    const unit = word.toLowerCase();
    isOne ||= UNITS.some((names) => names.includes(unit) || unit.startsWith(names.at(-1) ?? ''));
  }
  return isOne;
}

/** url.ParseRequestURI: an absolute URI or a path. */
function isRequestUri(text: string): boolean {
  if (text === '' || /\p{Cc}/u.test(text.replace(/[\u0080-\u009f]/g, ''))) return false;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  const rest = scheme ? text.slice(scheme[0].length) : text;
  if (text.startsWith(':')) return false;
  const [path = ''] = rest.split('?');
  if (!path.startsWith('/')) return scheme !== null && rest !== '';
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return false;
  const authority = /^\/\/([^/]*)/.exec(path)?.[1];
  if (authority === undefined || !(scheme || !path.startsWith('///'))) return true;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (/[ "<>\\^`{|}]/.test(host)) return false;
  if (host.startsWith('[')) return /^\[[^\]]*\](?::\d*)?$/.test(host);
  return !host.includes(':') || /^[^:]*:\d*$/.test(host);
}

const HOSTNAME =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}]' +
  '(([a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$';
let hostname: RegExp | undefined;

function isHostname(text: string): boolean {
  // It takes a millisecond to make.
  hostname ??= new RegExp(HOSTNAME, 'u');
  if (Buffer.byteLength(text) > 255 || !hostname.test(text)) return false;
  return text.split('.').every((label) => Buffer.byteLength(label) <= 63);
}

/** net.ParseMAC: 6, 8 or 20 bytes, by colons, hyphens or in groups of four by dots. */
function isMac(text: string): boolean {
  const lengths = [6, 8, 20];
  for (const separator of ['[:]', '[-]']) {
    const parts = text.split(new RegExp(separator));
    if (lengths.includes(parts.length) && parts.every((part) => /^[0-9a-fA-F]{2}$/.test(part))) return true;
  }
  const groups = text.split('.');
  return lengths.includes(groups.length * 2) && groups.every((group) => /^[0-9a-fA-F]{4}$/.test(group));
}

/** net.ParseIP takes no leading zeros, unlike the parser for IPv4 here. */
function isIpv6(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && text.includes(':') && !address.leadingZeros && formatIp(address) !== '';
}

const TESTS: Readonly<Record<string, FormatTest>> = {
  bsonobjectid: matches(/^[0-9a-fA-F]{24}$/),
  uri: isRequestUri,
  email: isEmail,
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseIp(text) !== undefined,
  ipv6: isIpv6,
  cidr: (text) => parseCidr(text) !== undefined,
  mac: isMac,
  uuid: uuid('[0-9a-f]{4}'),
  uuid3: uuid('3[0-9a-f]{3}'),
  uuid4: uuid('4[0-9a-f]{3}', '[89ab]'),
  uuid5: uuid('5[0-9a-f]{3}', '[89ab]'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  hexcolor: matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(RGB),
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  k8sshortname: (text) => text.length <= 63 && isShortName(text),
  k8slongname: (text) => text.length <= 253 && isLongName(text),
};

const normalized = (format: string): string => format.replaceAll('-', '');

/** The test of a format; undefined for one that means nothing. */
export function formatTest(format: string): FormatTest | undefined {
  const name = normalized(format);
  return Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
}

/**
 * Whether a schema's format is looked at (StripUnsupportedFormatsPostProcessorForVersion).
 *
 * @param type the only type of the schema, '' when there is none or more than one
 */
export function isSupportedFormat(type: string, format: string): boolean {
  switch (type) {
    case '':
    case 'string':
      return formatTest(format) !== undefined;
    case 'integer':
      return format === 'int32' || format === 'int64';
    case 'number':
      return format === 'float' || format === 'double';
    default:
      return false;
  }
}
