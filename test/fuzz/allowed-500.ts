/**
 * Answers with 500 that a real server gives too: it does not tell a patch that cannot be applied from a fault of its
 * own. Asked for by `npm run fuzz -- --oracle`, which compares them.
 */
const ALLOWED: readonly RegExp[] = [/^failed to create typed patch object/];

export const isAllowed500 = (message: string): boolean => ALLOWED.some((pattern) => pattern.test(message));
