/**
 * Access-log formats as teams write them, and what API Gateway makes of one for a refused request: a text into which it puts
 * values. Formats of every way to write: JSON with all kinds of keys, JSON only for successes, and no JSON.
 */

/** How a format comes out where nobody knows it but the records. */
export type Unaided = 'named' | 'joined' | 'rejected';

export interface AccessFormat {
  readonly name: string;
  readonly template: string;
  /** Whether it holds who called. */
  readonly namesClient: boolean;
  /** What can be told from the record alone: the client, the request, or that it cannot be read. */
  readonly unaided: Unaided;
}

const v = (name: string): string => `$context.${name}`;
const CERT = 'identity.clientCert';

/** A JSON format of keys and variables, every value in quotes. */
function json(keys: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(keys).map(([key, name]) => [key, v(name)])));
}

const WHO = {
  clientCertPem: `${CERT}.clientCertPem`,
  subjectDN: `${CERT}.subjectDN`,
  issuerDN: `${CERT}.issuerDN`,
  serialNumber: `${CERT}.serialNumber`,
};

const jsonFormat = (name: string, template: string, unaided: Unaided = 'named'): AccessFormat => ({
  name,
  template,
  namesClient: true,
  unaided,
});

const BASIC = { requestId: 'requestId', ip: 'identity.sourceIp', status: 'status', domainName: 'domainName' };

const JSON_FORMATS: readonly AccessFormat[] = [
  jsonFormat('plain keys', json({ ...BASIC, ...WHO, apiId: 'apiId', stage: 'stage' })),
  jsonFormat(
    'underscores',
    json({
      request_id: 'requestId',
      http_status: 'status',
      domain_name: 'domainName',
      client_cert_pem: WHO.clientCertPem,
    }),
  ),
  jsonFormat(
    'kebab keys',
    json({
      'request-id': 'requestId',
      'status-code': 'status',
      'id-clientCert-issuerDN': WHO.issuerDN,
      'id-clientCert-subjectDN': WHO.subjectDN,
    }),
  ),
  jsonFormat(
    'keys of a team',
    json({
      requestId: 'requestId',
      status: 'status',
      clientCertSubject: WHO.subjectDN,
      clientCertIssuer: WHO.issuerDN,
      clientCertSerial: WHO.serialNumber,
    }),
  ),
  jsonFormat('a certificate under its own key', json({ ...BASIC, certPEM: WHO.clientCertPem })),
  jsonFormat('a certificate under a key that says nothing', json({ ...BASIC, c1: WHO.clientCertPem })),
  jsonFormat(
    'ids under keys that say nothing',
    json({
      a: 'requestId',
      b: 'extendedRequestId',
      rc: 'status',
      len: 'responseLength',
      i: WHO.issuerDN,
      x: WHO.clientCertPem,
    }),
  ),
  jsonFormat(
    'keys that mean something else',
    json({
      status: 'integration.status',
      code: 'status',
      requestId: 'integration.requestId',
      rid: 'requestId',
      cn: WHO.issuerDN,
    }),
    'joined',
  ),
  jsonFormat('short keys', json({ r: 'requestId', s: 'status', d: WHO.subjectDN, i: WHO.issuerDN }), 'joined'),
  jsonFormat(
    'ssl_client_i_dn',
    json({ reqid: 'requestId', status: 'status', ssl_client_s_dn: WHO.subjectDN, ssl_client_i_dn: WHO.issuerDN }),
  ),
  jsonFormat(
    'nested by theme',
    `{"request":{"requestId":"${v('requestId')}","time":"${v('requestTime')}"},"response":{"status":"${v('status')}"},"integration":{"status":"${v('integration.status')}","requestId":"${v('integration.requestId')}"},"mtls":{"subject":"${v(WHO.subjectDN)}","issuer":"${v(WHO.issuerDN)}"}}`,
  ),
  jsonFormat(
    'text around variables',
    `{"id":"req ${v('requestId')} of ${v('apiId')}/${v('stage')}","result":"HTTP ${v('status')}","who":"subject=${v(WHO.subjectDN)}; issuer=${v(WHO.issuerDN)}"}`,
    'rejected',
  ),
  jsonFormat('an array', `{"v":["${v('requestId')}","${v('status')}","${v(WHO.clientCertPem)}"]}`),
  jsonFormat(
    'a list of keys and values',
    `{"fields":[{"k":"requestId","v":"${v('requestId')}"},{"k":"status","v":"${v('status')}"},{"k":"issuer","v":"${v(WHO.issuerDN)}"}]}`,
    'joined',
  ),
  jsonFormat(
    'latencies without quotes',
    `{"requestId":"${v('requestId')}","latency":${v('integration.latency')},"integrationStatus": ${v('integration.status')}, "status":${v('status')},"issuerDN":"${v(WHO.issuerDN)}"}`,
  ),
  jsonFormat(
    'a message with its own quotes, quoted',
    `{"requestId":"${v('requestId')}","message":"${v('error.messageString')}","status":"${v('status')}","issuerDN":"${v(WHO.issuerDN)}","errorMessageString":"${v('error.messageString')}"}`,
  ),
  jsonFormat(
    'a colon forgotten, a comma too many',
    `{"requestId":"${v('requestId')}","identity" {"clientCert":{"issuerDN":"${v(WHO.issuerDN)}",},},"status":"${v('status')}",}`,
  ),
  jsonFormat(
    'a comma forgotten',
    `{"requestId":"${v('requestId')}" "issuerDN":"${v(WHO.issuerDN)}" "status":"${v('status')}"}`,
  ),
  jsonFormat(
    'single quotes',
    `{'requestId':'${v('requestId')}','issuerDN':'${v(WHO.issuerDN)}','status':'${v('status')}'}`,
  ),
  jsonFormat(
    'keys without quotes',
    `{requestId:"${v('requestId')}", issuerDN:"${v(WHO.issuerDN)}", status:${v('status')}}`,
  ),
  jsonFormat(
    'a brace forgotten at the end',
    `{"requestId":"${v('requestId')}","status":"${v('status')}","issuerDN":"${v(WHO.issuerDN)}"`,
  ),
  jsonFormat(
    'no request id',
    json({ extendedRequestId: 'extendedRequestId', status: 'status', issuerDN: WHO.issuerDN }),
  ),
  {
    name: "AWS's preset",
    template: json({ requestId: 'requestId', ip: 'identity.sourceIp', httpMethod: 'httpMethod', status: 'status' }),
    namesClient: false,
    unaided: 'joined',
  },
];

const text = (name: string, template: string, unaided: Unaided, namesClient = true): AccessFormat => ({
  name,
  template,
  namesClient,
  unaided,
});

const TEXT_FORMATS: readonly AccessFormat[] = [
  text(
    'Common Log Format',
    `${v('identity.sourceIp')} ${v('identity.caller')} ${v('identity.user')} [${v('requestTime')}] "${v('httpMethod')} ${v('resourcePath')} ${v('protocol')}" ${v('status')} ${v('responseLength')} ${v('requestId')} ${v('extendedRequestId')}`,
    'rejected',
    false,
  ),
  text(
    'Common Log Format with the names',
    `${v('identity.sourceIp')} - ${v(WHO.subjectDN)} [${v('requestTime')}] "${v('httpMethod')} ${v('path')} ${v('protocol')}" ${v('status')} ${v('responseLength')} "${v('identity.userAgent')}" ${v('requestId')} "${v(WHO.issuerDN)}"`,
    'rejected',
  ),
  text(
    'CSV',
    `${v('requestTime')},${v('requestId')},${v('status')},${v(WHO.subjectDN)},${v(WHO.issuerDN)},${v(WHO.serialNumber)},${v('httpMethod')}`,
    'rejected',
  ),
  text(
    'CSV with quotes',
    `"${v('requestId')}","${v('identity.userAgent')}","${v('status')}","${v(WHO.subjectDN)}","${v(WHO.issuerDN)}"`,
    'rejected',
  ),
  text(
    'CSV with a certificate',
    `${v('requestId')},${v('status')},${v(WHO.clientCertPem)},${v('identity.sourceIp')}`,
    'rejected',
  ),
  text(
    'semicolons',
    `${v('status')};${v('extendedRequestId')};${v('requestId')};${v(WHO.issuerDN)};${v('path')}`,
    'rejected',
  ),
  text('tabs', `${v('requestId')}\t${v('identity.userAgent')}\t${v('status')}\t${v(WHO.issuerDN)}`, 'rejected'),
  text(
    'pipes',
    `${v('requestId')} | ${v('path')} | ${v('status')} | ${v(WHO.subjectDN)} | ${v(WHO.issuerDN)}`,
    'rejected',
  ),
  text(
    'XML',
    `<request id="${v('requestId')}"><httpMethod>${v('httpMethod')}</httpMethod><status>${v('status')}</status><issuer>${v(WHO.issuerDN)}</issuer><subject>${v(WHO.subjectDN)}</subject></request>`,
    'rejected',
  ),
  text(
    'key: value',
    `requestId: ${v('requestId')} / status: ${v('status')} / domainName: ${v('domainName')} / identity.clientCert.clientCertPem: ${v(WHO.clientCertPem)} / identity.clientCert.subjectDN: ${v(WHO.subjectDN)} / identity.clientCert.issuerDN: ${v(WHO.issuerDN)} / identity.userAgent: ${v('identity.userAgent')} / path: ${v('path')}`,
    'named',
  ),
  text(
    'logfmt',
    `requestId=${v('requestId')} status=${v('status')} issuerDN="${v(WHO.issuerDN)}" subjectDN="${v(WHO.subjectDN)}" path=${v('path')}`,
    'named',
  ),
  text(
    'free text',
    `${v('httpMethod')} on ${v('domainName')} was answered with ${v('status')}: request ${v('requestId')} of <${v(WHO.subjectDN)}>, issued by <${v(WHO.issuerDN)}>.`,
    'rejected',
  ),
  text('a JSON array', `["${v('requestId')}","${v('status')}","${v(WHO.issuerDN)}"]`, 'rejected'),
];

export const ACCESS_FORMATS: readonly AccessFormat[] = [...JSON_FORMATS, ...TEXT_FORMATS];

/** What API Gateway knows of one request, by variable; what is not among them is missing (`-`). */
export type Values = Readonly<Record<string, string>>;

export const SUBJECT = 'C=US,O=Acme Logistics Inc.,OU=EDI,CN=edi-01.acme.example';
export const ISSUER = 'C=US,O=Acme Logistics Inc.,CN=Acme Logistics Issuing CA';
export const REQUEST_ID = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
export const EXTENDED_ID = 'Vts2FFmArPEFh8g=';

/** A refused request. @param pem the client's certificate. @param values what differs */
export function refused(pem: string, values: Values = {}): Values {
  return {
    requestId: REQUEST_ID,
    extendedRequestId: EXTENDED_ID,
    status: '403',
    accountId: '123456789012',
    apiId: 'uwe3g5jm54',
    stage: 'prod',
    domainName: 'partners.bank.example',
    domainPrefix: 'partners',
    httpMethod: 'POST',
    path: '/v1/orders',
    resourcePath: '/v1/orders',
    protocol: 'HTTP/1.1',
    requestTime: '13/Oct/2026:09:20:00 +0000',
    requestTimeEpoch: '1791883200000',
    responseLength: '23',
    responseLatency: '1',
    'error.message': 'Forbidden',
    'error.messageString': '"Forbidden"',
    'error.responseType': 'ACCESS_DENIED',
    'identity.sourceIp': '203.0.113.10',
    'identity.userAgent': 'edi-gateway/3.1 (linux; x64)',
    [`${CERT}.clientCertPem`]: pem,
    [`${CERT}.subjectDN`]: SUBJECT,
    [`${CERT}.issuerDN`]: ISSUER,
    [`${CERT}.serialNumber`]: '0c:0c:0c:0c:0c:0c:5a:32',
    [`${CERT}.validity.notBefore`]: 'Oct  7 13:00:00 2026 GMT',
    [`${CERT}.validity.notAfter`]: 'Aug  5 00:28:21 2027 GMT',
    ...values,
  };
}

/** As API Gateway does it. */
export function rendered(template: string, values: Values): string {
  return template.replace(/\$context\.([A-Za-z]\w*(?:\.\w+)*)/g, (_, name: string) => values[name] ?? '-');
}
