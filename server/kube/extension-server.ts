/** API servers beside this one, which programs in pods run: what such a program says of itself, and what it gets. */
import type { Duplex } from 'node:stream';
import type { FieldProblem } from './field-problem.ts';
import type { KubeObject } from './object.ts';
import type { CustomResourceDefinitionSpec } from './types.gen.ts';

/** A kind that an extension server serves. */
export interface ExtensionKind {
  /** Names, scope, versions and their schemas. */
  readonly spec: CustomResourceDefinitionSpec;
  /** Fills in what somebody left out, in the version that they speak. */
  readonly fillIn?: (object: KubeObject) => void;
  /** What is wrong with a new object. */
  readonly problems?: (object: KubeObject) => readonly FieldProblem[];
  /** Why there may be no such object. @param find the objects of another of the kinds, by its plural */
  readonly ban?: (object: KubeObject, find: (plural: string) => readonly KubeObject[]) => string | undefined;
  /** The same object in another version, where the versions differ. */
  readonly convert?: (object: KubeObject, apiVersion: string) => KubeObject;
}

/** How an extension server knows its clients: the ConfigMap `extension-apiserver-authentication` says it. */
export interface ExtensionClients {
  /** PEM of the authority of ordinary clients. */
  readonly clientCa: string;
  readonly frontProxy: {
    readonly clientCa: string;
    readonly allowedNames: readonly string[];
    readonly usernameHeaders: readonly string[];
    readonly uidHeaders: readonly string[];
    readonly groupHeaders: readonly string[];
    readonly extraHeaderPrefixes: readonly string[];
  };
}

/** Asks the API server that it extends, as the account of its pod. @throws Error when there is no answer */
export type AskExtended = (
  method: 'GET' | 'POST',
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly text: string }>;

export interface ExtensionOptions {
  readonly kinds: readonly ExtensionKind[];
  readonly clients: ExtensionClients;
  /** PEM of what it shows. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** Who somebody is, what they may do and which namespaces there are is asked there. */
  readonly ask: AskExtended;
}

export interface ExtensionServer {
  /** Takes a connection to its port. */
  accept(connection: Duplex): void;
  /** Ends all connections; what was stored is gone. */
  close(): Promise<void>;
}

/** Makes one. */
export type ExtensionServers = (options: ExtensionOptions) => Promise<ExtensionServer>;
