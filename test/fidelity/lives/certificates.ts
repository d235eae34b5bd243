/** A certificate and requests for some, signed with a key that nobody has any more. */

export const CERTIFICATE = `${[
  '-----BEGIN CERTIFICATE-----',
  'MIIBezCCASGgAwIBAgIUOdaTWLypKIHvwWBclVmRTsTCYUkwCgYIKoZIzj0EAwIw',
  'EjEQMA4GA1UEAwwHc2hvcC1jYTAgFw0yNjExMjUyMjIxNDBaGA8yMTI2MTEwMTIy',
  'MjE0MFowEjEQMA4GA1UEAwwHc2hvcC1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH',
  'A0IABJuqZZd6I2ihkj9J1Gjy4PoumNm3OqQ0od5pV1p4VN0OmQ3DUrzLtMtu0nPM',
  'zrMdUnAfz/BXvZo/ena6XSaAn6ijUzBRMB0GA1UdDgQWBBQyW7YQTNz2m4cBfE0h',
  'q1R1il5wRTAfBgNVHSMEGDAWgBQyW7YQTNz2m4cBfE0hq1R1il5wRTAPBgNVHRMB',
  'Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQC+cWfBV4k1PudxODTpozSEayKo',
  '30IlcjtzfPCVjGle4gIgak5/HpLlThGjDpK8/3w4hRgXwZOEsJ677wkH54Q25BU=',
  '-----END CERTIFICATE-----',
].join('\n')}\n`;

const REQUEST = [
  '-----BEGIN CERTIFICATE REQUEST-----',
  'MIHcMIGDAgEAMCExDTALBgNVBAMMBHNob3AxEDAOBgNVBAoMB3NlbGxlcnMwWTAT',
  'BgcqhkjOPQIBBggqhkjOPQMBBwNCAASbqmWXeiNooZI/SdRo8uD6LpjZtzqkNKHe',
  'aVdaeFTdDpkNw1K8y7TLbtJzzM6zHVJwH8/wV72aP3p2ul0mgJ+ooAAwCgYIKoZI',
  'zj0EAwIDSAAwRQIgaWdrHDpuemLOSXFl3BR0mNu2uTgOYvMYLQLSI/NSvVwCIQCS',
  'Vgcn162veGQPFQTobO+VfaAj1WeXxLiH8DEp9GIOtg==',
  '-----END CERTIFICATE REQUEST-----',
];

/** As the field of an object has it. */
export const SIGNING_REQUEST = Buffer.from(`${REQUEST.join('\n')}\n`).toString('base64');

/** One that names nobody, in DER. */
export const UNSIGNED_NAME_REQUEST = [
  'MIG5MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJuqZZd6I2ihkj9J1Gjy4PoumNm3',
  'OqQ0od5pV1p4VN0OmQ3DUrzLtMtu0nPMzrMdUnAfz/BXvZo/ena6XSaAn6igADAKBggqhkjOPQQD',
  'AgNHADBEAiBaZ2wFRtwsfmkjMP3bvlAUHMMoRaeqFT60g4gXcw6DUwIgKmLzJ8aJUh13McyM8ksN',
  'TNRTUkmEfhA73Cp3e2Wnu64=',
].join('');
