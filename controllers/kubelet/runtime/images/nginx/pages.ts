/** Pages that nginx makes up itself. */
const REASONS: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Authorization Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  410: 'Gone',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

export const VERSION = 'nginx/1.29.3';

/** @returns undefined for codes that have no page */
export function pageOf(status: number): string | undefined {
  const reason = REASONS[status];
  if (reason === undefined) return undefined;
  const lines = [
    '<html>',
    `<head><title>${status} ${reason}</title></head>`,
    '<body>',
    `<center><h1>${status} ${reason}</h1></center>`,
    `<hr><center>${VERSION}</center>`,
    '</body>',
    '</html>',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
