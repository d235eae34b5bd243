import { type Json, type Operator, samplesLike } from '../operator.ts';

const V1 = 'gateway.networking.k8s.io/v1';

const gatewayClass = {
  apiVersion: V1,
  kind: 'GatewayClass',
  metadata: { name: 'shared' },
  spec: { controllerName: 'example.com/gateway' },
};

const listener = (name: string, more: object = {}): object => ({ name, protocol: 'HTTP', port: 80, ...more });

const gateway = {
  apiVersion: V1,
  kind: 'Gateway',
  metadata: { name: 'front' },
  spec: { gatewayClassName: 'shared', listeners: [listener('web')] },
};

const rule = (...matches: object[]): object => ({ matches, backendRefs: [{ name: 'shop', port: 80 }] });
const filtered = (...filters: object[]): Json => ({ spec: { rules: [{ filters }] } });

const route = {
  apiVersion: V1,
  kind: 'HTTPRoute',
  metadata: { name: 'shop' },
  spec: { parentRefs: [{ name: 'front' }], hostnames: ['shop.example.com'], rules: [rule({ path: { value: '/' } })] },
};

const objects = [
  ...samplesLike(
    gatewayClass,
    {
      'without a controller': { spec: { controllerName: null } },
      'whose controller has no domain': { spec: { controllerName: 'gateway' } },
      'whose parameters have no kind': { spec: { parametersRef: { group: 'example.com', name: 'p' } } },
      'with a field that nobody knows': { spec: { unknown: true } },
    },
    {
      'gets another controller': { spec: { controllerName: 'example.com/other' } },
      'loses its controller': { spec: { controllerName: null } },
      'gets a description': { spec: { description: 'of the shop' } },
      'gets too long a description': { spec: { description: 'x'.repeat(65) } },
    },
  ),
  ...samplesLike(gateway, {
    'without listeners': { spec: { listeners: [] } },
    'with two listeners of one name': { spec: { listeners: [listener('web'), listener('web', { port: 81 })] } },
    'with two listeners of one port': { spec: { listeners: [listener('web'), listener('other')] } },
    'with TLS on HTTP': { spec: { listeners: [listener('web', { tls: { certificateRefs: [{ name: 'c' }] } })] } },
    'with HTTPS without TLS': { spec: { listeners: [listener('web', { protocol: 'HTTPS', port: 443 })] } },
    'with a host on TCP': { spec: { listeners: [listener('web', { protocol: 'TCP', hostname: 'example.com' })] } },
    'with a port that is too large': { spec: { listeners: [listener('web', { port: 70000 })] } },
    'with an address that is none': { spec: { addresses: [{ type: 'IPAddress', value: 'here' }] } },
    'with two equal addresses': { spec: { addresses: [{ value: '1.2.3.4' }, { value: '1.2.3.4' }] } },
  }),
  ...samplesLike(route, {
    'with a path that does not begin with a slash': { spec: { rules: [rule({ path: { value: 'shop' } })] } },
    'with a path that goes up': { spec: { rules: [rule({ path: { value: '/shop/../cart' } })] } },
    'with an odd method': { spec: { rules: [rule({ method: 'FETCH' })] } },
    'with headers of one name': {
      spec: { rules: [rule({ headers: ['a', 'b'].map((value) => ({ name: 'x', value })) })] },
    },
    'with a host that is an address': { spec: { hostnames: ['10.0.0.1'] } },
    'with a backend without a port': { spec: { rules: [{ backendRefs: [{ name: 'shop' }] }] } },
    'that redirects and has backends': {
      spec: {
        rules: [
          {
            filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }],
            backendRefs: [{ name: 'shop', port: 80 }],
          },
        ],
      },
    },
    'that redirects to an odd status': filtered({ type: 'RequestRedirect', requestRedirect: { statusCode: 418 } }),
    'whose filter is of another type': filtered({ type: 'URLRewrite', requestRedirect: { scheme: 'https' } }),
    'whose time-outs contradict': { spec: { rules: [{ timeouts: { request: '1s', backendRequest: '2s' } }] } },
    'whose time-out is none': { spec: { rules: [{ timeouts: { request: 'soon' } }] } },
    'with two parents that are one': { spec: { parentRefs: [{ name: 'front' }, { name: 'front' }] } },
    'with too many rules': { spec: { rules: Array(17).fill(rule({})) } },
  }),
];

/** The released channel. */
export const gatewayApi: Operator = {
  name: 'gateway-api',
  module: 'sigs.k8s.io/gateway-api',
  definitions: ['config/crd/standard'],
  samples: ['examples/standard', 'hack/invalid-examples/standard'],
  objects,
};

/** The channel with what is tried out. */
export const gatewayApiExperimental: Operator = {
  name: 'gateway-api-experimental',
  module: 'sigs.k8s.io/gateway-api',
  definitions: ['config/crd/experimental'],
  samples: ['examples/experimental', 'hack/invalid-examples/experimental'],
  objects: [],
};
