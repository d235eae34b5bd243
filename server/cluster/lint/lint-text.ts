import type { Finding } from './finding.ts';

/** Findings for people, each with what to do about it. */
export function lintText(findings: readonly Finding[]): string {
  return findings.length === 0 ? 'no findings\n' : findings.map(findingText).join('\n');
}

function findingText({ rule, severity, userAgent, user, resource, namespace, name, message, advice }: Finding): string {
  const key = [namespace, name].filter((part) => part !== undefined).join('/');
  const what = key === '' ? resource : `${resource} ${key}`;
  return `${severity} ${rule}: ${what}\n  ${userAgent} (${user}) ${message}\n  ${advice}\n`;
}
