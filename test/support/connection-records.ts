/** Records of connections at CloudFront and at load balancers, in the forms that their owners can choose. */

/** By the names of the fields, in the order of the documentation. */
export type ConnectionRecord = Readonly<Record<string, string>>;

export const CLOUDFRONT_FIELDS: readonly string[] = [
  'eventTimestamp',
  'connectionId',
  'connectionStatus',
  'clientIp',
  'clientPort',
  'serverIp',
  'distributionId',
  'distributionTenantId',
  'tlsProtocol',
  'tlsCipher',
  'tlsHandshakeDuration',
  'tlsSni',
  'clientLeafCertSerialNumber',
  'clientLeafCertSubject',
  'clientLeafCertIssuer',
  'clientLeafCertValidity',
  'connectionLogCustomData',
];

export const LOAD_BALANCER_FIELDS: readonly string[] = [
  'timestamp',
  'client_ip',
  'client_port',
  'listener_port',
  'tls_protocol',
  'tls_cipher',
  'tls_handshake_latency',
  'leaf_client_cert_subject',
  'leaf_client_cert_validity',
  'leaf_client_cert_serial_number',
  'tls_verify_status',
  'conn_trace_id',
  'tls_keyexchange',
];

const VALIDITY = 'NotBefore=2026-06-05T23:28:21Z;NotAfter=2027-05-12T23:28:21Z';

/** @param n tells connections apart */
export function cloudFrontRecord(n: number, changes: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    eventTimestamp: String(1_791_883_200_000 + n),
    connectionId: `${String(n).padStart(6, '0')}bQSn8lkvJfA3D4gFowK3_iZ0g4i5nMUjE1Akod8TuAzn5nz-==`.padStart(56, 'c'),
    connectionStatus: 'Failed:ClientCertExpired',
    clientIp: `198.51.100.${n % 250}`,
    clientPort: '12137',
    serverIp: '203.0.113.136',
    distributionId: 'E2DX1SLDPK0123',
    distributionTenantId: '-',
    tlsProtocol: 'TLSv1.3',
    tlsCipher: 'TLS_AES_128_GCM_SHA256',
    tlsHandshakeDuration: '153',
    tlsSni: 'shop.bank.example',
    clientLeafCertSerialNumber: '00:b1:43:ed:93:d2:d8:f3:9d',
    clientLeafCertSubject:
      'C=US, ST=WA, L=New Town, O=Acme Logistics Inc., OU=EDI 24, CN=edi-01.acme-logistics.example',
    clientLeafCertIssuer: 'C=US, O=Acme Logistics Inc., CN=Acme Logistics Issuing CA',
    clientLeafCertValidity: VALIDITY,
    connectionLogCustomData: '-',
    ...changes,
  } as ConnectionRecord;
}

export function loadBalancerRecord(n: number, changes: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    timestamp: '2026-10-13T17:05:15.514108Z',
    client_ip: `198.51.100.${n % 250}`,
    client_port: '36280',
    listener_port: '443',
    tls_protocol: 'TLSv1.2',
    tls_cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
    tls_handshake_latency: '4.036',
    leaf_client_cert_subject: 'CN=edi-01.acme-logistics.example,OU=EDI,O=Acme Logistics Inc.,C=US',
    leaf_client_cert_validity: VALIDITY,
    leaf_client_cert_serial_number: 'B143ED93D2D8F39D',
    tls_verify_status: 'Failed:ClientCertUntrusted',
    conn_trace_id: `TID_${String(n).padStart(32, '0')}`,
    tls_keyexchange: 'X25519',
    ...changes,
  } as ConnectionRecord;
}

/** The form of load balancers' S3 files: names in quotes, a dash for what is not there. */
export function s3Line(record: ConnectionRecord): string {
  const of = (field: string): string => record[field] ?? '-';
  return LOAD_BALANCER_FIELDS.map((field) =>
    field === 'leaf_client_cert_subject' && of(field) !== '-' ? `"${of(field)}"` : of(field),
  ).join(' ');
}

export function plainLine(record: ConnectionRecord, fields: readonly string[], delimiter: string): string {
  return fields.map((field) => record[field] ?? '-').join(delimiter);
}

export function jsonRecord(
  record: ConnectionRecord,
  fields: readonly string[],
  nameOf: (field: string) => string = (field) => field,
): string {
  return JSON.stringify(Object.fromEntries(fields.map((field) => [nameOf(field), record[field] ?? '-'])));
}

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
