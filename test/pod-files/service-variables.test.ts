import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const service = (name: string, spec: string, namespace = 'ns'): string =>
  `{kind: Service, metadata: {name: ${name}, namespace: ${namespace}}, spec: {${spec}}}`;
const API = service('kubernetes', 'clusterIP: 10.96.0.1, ports: [{name: https, port: 443, protocol: TCP}]', 'default');

function environmentOf(spec: string, ...services: readonly string[]): Record<string, string> {
  const pod = new Surroundings(API, ...services).pod(`{${spec} containers: [{name: c}]}`);
  return pod.surroundings.environment(pod.container());
}

test('a container learns where the services of its namespace are', () => {
  const ports =
    'clusterIP: 10.96.0.7, ports: [{name: a-b, port: 80, protocol: TCP}, {name: d, port: 53, protocol: UDP}]';
  const { KUBERNETES_SERVICE_HOST, ...env } = environmentOf('', service('my-db', ports));
  expect(KUBERNETES_SERVICE_HOST).toBe('10.96.0.1');
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('MY_DB')));
  expect(own).toEqual({
    MY_DB_SERVICE_HOST: '10.96.0.7',
    MY_DB_SERVICE_PORT: '80',
    MY_DB_SERVICE_PORT_A_B: '80',
    MY_DB_SERVICE_PORT_D: '53',
    MY_DB_PORT: 'tcp://10.96.0.7:80',
    MY_DB_PORT_80_TCP: 'tcp://10.96.0.7:80',
    MY_DB_PORT_80_TCP_PROTO: 'tcp',
    MY_DB_PORT_80_TCP_PORT: '80',
    MY_DB_PORT_80_TCP_ADDR: '10.96.0.7',
    MY_DB_PORT_53_UDP: 'udp://10.96.0.7:53',
    MY_DB_PORT_53_UDP_PROTO: 'udp',
    MY_DB_PORT_53_UDP_PORT: '53',
    MY_DB_PORT_53_UDP_ADDR: '10.96.0.7',
  });
});

test('it learns nothing of services without an address, or in other namespaces', () => {
  const env = environmentOf(
    '',
    service('headless', 'clusterIP: None, ports: [{port: 80}]'),
    service('outside', 'type: ExternalName, externalName: example.com'),
    service('far', 'clusterIP: 10.96.0.8, ports: [{port: 80}]', 'elsewhere'),
  );
  expect(Object.keys(env).every((name) => name.startsWith('KUBERNETES_'))).toBe(true);
});

test('without service links it learns of the API server alone', () => {
  const near = service('near', 'clusterIP: 10.96.0.8, ports: [{port: 80}]');
  expect(environmentOf('', near)).toHaveProperty('NEAR_PORT_80_TCP_ADDR');
  expect(environmentOf('enableServiceLinks: false,', near)).toEqual({
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
    KUBERNETES_PORT: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_443_TCP_PORT: '443',
    KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
  });
});

test('addresses of IPv6 stand in brackets where a port follows', () => {
  const env = environmentOf('', service('six', 'clusterIP: "fd00::7", ports: [{port: 80, protocol: TCP}]'));
  expect(env).toMatchObject({ SIX_SERVICE_HOST: 'fd00::7', SIX_PORT: 'tcp://[fd00::7]:80' });
});

test('a service that bears its name hides the API server, and own variables hide services', () => {
  const other = service('kubernetes', 'clusterIP: 10.96.0.9, ports: [{port: 1}]');
  expect(environmentOf('', other)).toMatchObject({ KUBERNETES_SERVICE_HOST: '10.96.0.9' });
  const env = 'env: [{name: KUBERNETES_SERVICE_HOST, value: mine}, {name: URL, value: "$(KUBERNETES_PORT)/x"}]';
  const pod = new Surroundings(API).pod(`{containers: [{name: c, ${env}}]}`);
  expect(pod.surroundings.environment(pod.container())).toMatchObject({
    KUBERNETES_SERVICE_HOST: 'mine',
    URL: 'tcp://10.96.0.1:443/x',
  });
});
