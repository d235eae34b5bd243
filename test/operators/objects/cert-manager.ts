import { type Operator, samplesLike } from '../operator.ts';

const certificate = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'shop' },
  spec: {
    secretName: 'shop-tls',
    dnsNames: ['shop.example.com'],
    duration: '2160h',
    issuerRef: { name: 'ours', kind: 'Issuer' },
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    usages: ['server auth'],
  },
};

const issuer = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Issuer',
  metadata: { name: 'ours' },
  spec: {
    acme: {
      server: 'https://acme.example.com/directory',
      privateKeySecretRef: { name: 'account' },
      solvers: [{ http01: { ingress: { ingressClassName: 'nginx' } } }],
    },
  },
};

const tpp = { url: 'https://tpp.example.com', credentialsRef: { name: 'tpp' } };
const cloud = { apiTokenSecretRef: { name: 'cloud' } };

const request = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'CertificateRequest',
  metadata: { name: 'shop-1' },
  spec: { request: 'cmVxdWVzdA==', issuerRef: { name: 'ours' } },
};

/** Asks for certificates. */
export const certManager: Operator = {
  name: 'cert-manager',
  module: 'github.com/cert-manager/cert-manager',
  definitions: ['deploy/crds'],
  samples: ['test/fixtures'],
  objects: [
    ...samplesLike(
      certificate,
      {
        'without a secret': { spec: { secretName: null } },
        'without an issuer': { spec: { issuerRef: null } },
        'whose issuer has no name': { spec: { issuerRef: { name: null } } },
        'with an odd algorithm': { spec: { privateKey: { algorithm: 'DSA' } } },
        'with an odd usage': { spec: { usages: ['server auth', 'fun'] } },
        'with a name instead of names': { spec: { dnsNames: 'shop.example.com' } },
        'with a size that is text': { spec: { privateKey: { size: '256' } } },
        'with a size that is no integer': { spec: { privateKey: { size: 25.6 } } },
        'with a field that nobody knows': { spec: { dnsName: 'shop.example.com' } },
        'with a password and a profile': {
          spec: { keystores: { pkcs12: { create: true, password: '', profile: 'Best' } } },
        },
        'with a negative history': { spec: { revisionHistoryLimit: 0 } },
      },
      { 'gets an odd rotation policy': { spec: { privateKey: { rotationPolicy: 'Sometimes' } } } },
    ),
    ...samplesLike(issuer, {
      'without a server': { spec: { acme: { server: null } } },
      'whose solver has no key': { spec: { acme: { solvers: [{ dns01: { rfc2136: { tsigKeyName: 'key' } } }] } } },
      'of Venafi': { spec: { acme: null, venafi: { zone: 'z', tpp } } },
      'of Venafi twice': { spec: { acme: null, venafi: { zone: 'z', tpp, cloud } } },
      'of Venafi nowhere': { spec: { acme: null, venafi: { zone: 'z' } } },
      'with a solver that is no object': { spec: { acme: { solvers: ['http01'] } } },
      'with an odd policy': {
        spec: {
          acme: { solvers: [{ dns01: { cnameStrategy: 'Sometimes', webhook: { groupName: 'g', solverName: 's' } } }] },
        },
      },
    }),
    ...samplesLike(request, {
      'without a request': { spec: { request: null } },
      'whose request is no base64': { spec: { request: 'not base64!' } },
      'with conditions of one type': {
        status: { conditions: ['True', 'False'].map((status) => ({ type: 'Ready', status })) },
      },
    }),
  ],
};
