export declare const namespace: string;
export declare const isAdmin: boolean;
export declare function check(what: string, test: () => Promise<void>): Promise<void>;
export declare function equal(actual: unknown, expected: unknown, of?: string): void;
export declare function matches(actual: string | undefined, pattern: RegExp): void;
