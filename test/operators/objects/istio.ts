import { type Json, type Operator, samplesLike } from '../operator.ts';

const virtualService = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'shop' },
  spec: {
    hosts: ['shop.example.com'],
    http: [
      {
        match: [{ uri: { prefix: '/' } }],
        route: [{ destination: { host: 'shop', port: { number: 80 } } }],
        timeout: '5s',
      },
    ],
  },
};

const entry = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'far' },
  spec: {
    hosts: ['far.example.com'],
    ports: [{ number: 443, name: 'https', protocol: 'TLS' }],
    resolution: 'DNS',
    location: 'MESH_EXTERNAL',
  },
};

const workload = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadEntry',
  metadata: { name: 'vm' },
  spec: { address: '10.0.0.1', ports: { http: 8080 }, labels: { app: 'shop' } },
};

const destination = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: 'shop' },
  spec: { host: 'shop', trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' } } },
};

const balanced = (loadBalancer: object): Json => ({ spec: { trafficPolicy: { loadBalancer } } });

const peer = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name: 'strict' },
  spec: {
    selector: { matchLabels: { app: 'shop' } },
    mtls: { mode: 'STRICT' },
    portLevelMtls: { '8080': { mode: 'DISABLE' } },
  },
};

const authorization = {
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'shop' },
  spec: {
    action: 'ALLOW',
    rules: [{ from: [{ source: { principals: ['a'] } }], to: [{ operation: { methods: ['GET'] } }] }],
  },
};

const plugin = {
  apiVersion: 'extensions.istio.io/v1alpha1',
  kind: 'WasmPlugin',
  metadata: { name: 'filter' },
  spec: { url: 'oci://example.com/filter:1', selector: { matchLabels: { app: 'shop' } } },
};

const jwt = {
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
  metadata: { name: 'jwt' },
  spec: { jwtRules: [{ issuer: 'https://example.com', jwksUri: 'https://example.com/keys', timeout: '1s' }] },
};

/** A mesh: many rules in CEL, and `oneOf` without types. */
export const istio: Operator = {
  name: 'istio',
  module: 'istio.io/api',
  definitions: ['kubernetes/customresourcedefinitions.gen.yaml'],
  samples: [],
  objects: [
    ...samplesLike(
      virtualService,
      {
        'of an older version': { apiVersion: 'networking.istio.io/v1beta1' },
        'with a time-out of nothing': { spec: { http: [{ timeout: '0s' }] } },
        'with a time-out that is none': { spec: { http: [{ timeout: 'soon' }] } },
        'with two kinds of match': { spec: { http: [{ match: [{ uri: { prefix: '/', exact: '/' } }] }] } },
        'with an odd redirect': { spec: { http: [{ redirect: { port: 80, derivePort: 'FROM_REQUEST_PORT' } }] } },
        'without a host': { spec: { http: [{ route: [{ destination: { subset: 'v1' } }] }] } },
        'with an odd header': { spec: { http: [{ headers: { request: { set: { a: 1 } } } }] } },
        'with a negative port': { spec: { http: [{ route: [{ destination: { host: 'a', port: { number: -1 } } }] }] } },
      },
      { 'gets a time-out of nothing': { spec: { http: [{ timeout: '0.5ms' }] } } },
    ),
    ...samplesLike(entry, {
      'without hosts': { spec: { hosts: null } },
      'with a host that is a wildcard': { spec: { hosts: ['*'] } },
      'with ports of one number': {
        spec: { ports: ['a', 'b'].map((name) => ({ number: 443, name, protocol: 'TLS' })) },
      },
      'with ports of one name': { spec: { ports: [1, 2].map((number) => ({ number, name: 'a' })) } },
      'with blocks of addresses': { spec: { addresses: ['10.0.0.0/8'] } },
      'with endpoints and workloads': {
        spec: { endpoints: [{ address: '10.0.0.1' }], workloadSelector: { labels: { a: 'b' } } },
      },
      'with endpoints of no resolution': { spec: { resolution: 'NONE', endpoints: [{ address: '10.0.0.1' }] } },
      'with an odd resolution': { spec: { resolution: 'GUESS' } },
      'with an endpoint that is a folder': { spec: { resolution: 'STATIC', endpoints: [{ address: 'unix:///tmp/' }] } },
    }),
    ...samplesLike(workload, {
      'without an address': { spec: { address: null } },
      'at a socket, with ports': { spec: { address: 'unix:///tmp/socket' } },
      'at a socket without a path': { spec: { address: 'unix://socket', ports: null } },
      'with an odd port': { spec: { ports: { 'not a name': 80, http: 0 } } },
      'with a weight that is text': { spec: { weight: 'heavy' } },
    }),
    ...samplesLike(destination, {
      'with two balancers': balanced({ consistentHash: { useSourceIp: true } }),
      'with two hashes': balanced({ simple: null, consistentHash: { useSourceIp: true, httpHeaderName: 'a' } }),
      'with a hash of nothing': balanced({ simple: null, consistentHash: {} }),
      'with an odd balancer': balanced({ simple: 'GUESS' }),
      'with localities twice': balanced({
        localityLbSetting: { distribute: [{ from: 'a' }], failover: [{ from: 'b' }] },
      }),
      'with an odd connection time': {
        spec: { trafficPolicy: { connectionPool: { tcp: { connectTimeout: '1us' } } } },
      },
    }),
    ...samplesLike(peer, {
      'with ports and no selector': { spec: { selector: null } },
      'with a port that is too large': { spec: { portLevelMtls: { '70000': { mode: 'DISABLE' } } } },
      'with a port that is no number': { spec: { portLevelMtls: { http: { mode: 'DISABLE' } } } },
      'for every app': { spec: { selector: { matchLabels: { app: '*' } } } },
    }),
    ...samplesLike(authorization, {
      'with an odd action': { spec: { action: 'PERHAPS' } },
      'of a provider': { spec: { provider: { name: 'mine' } } },
      'with accounts and principals': {
        spec: { rules: [{ from: [{ source: { principals: ['a'], serviceAccounts: ['b'] } }] }] },
      },
      'with a target and a selector': {
        spec: {
          selector: { matchLabels: { a: 'b' } },
          targetRef: { kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'a' },
        },
      },
      'with a condition without a key': { spec: { rules: [{ when: [{ values: ['a'] }] }] } },
    }),
    ...samplesLike(plugin, {
      'with an odd URL': { spec: { url: 'ftp://example.com/filter' } },
      'with a checksum that is short': { spec: { sha256: 'abc' } },
      'with variables of one name': { spec: { vmConfig: { env: [{ name: 'A' }, { name: 'A' }] } } },
      'with a value of the host': { spec: { vmConfig: { env: [{ name: 'A', value: 'b', valueFrom: 'HOST' }] } } },
    }),
    ...samplesLike(jwt, {
      'without an issuer': { spec: { jwtRules: [{ issuer: '' }] } },
      'with an odd URL': { spec: { jwtRules: [{ issuer: 'a', jwksUri: 'file:///keys' }] } },
      'with a URL that is none': { spec: { jwtRules: [{ issuer: 'a', jwksUri: '%%' }] } },
      'with two sets of keys': { spec: { jwtRules: [{ issuer: 'a', jwksUri: 'https://example.com', jwks: '{}' }] } },
    }),
  ],
};
