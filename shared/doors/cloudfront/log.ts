/** CloudFront's connection log. Source: "Observability using connection logs" (CloudFront developer guide). */

import { CERTIFICATE_NAMES, type ConnectionField, type FieldNames } from '../connection-fields.js';
import type { ConnectionLog } from '../connection-reader.js';
import { CLOUDFRONT_CODES } from './codes.js';

const NAMES: FieldNames = {
  ...CERTIFICATE_NAMES,
  eventtimestamp: 'unread',
  timestamp: 'unread',
  time: 'unread',
  connectionid: 'connectionId',
  connectionstatus: 'status',
  clientip: 'clientIp',
  clientport: 'unread',
  serverip: 'unread',
  distributionid: 'distribution',
  distributiontenantid: 'tenant',
  tlsprotocol: 'unread',
  tlscipher: 'unread',
  tlshandshakeduration: 'unread',
  tlssni: 'sni',
  connectionlogcustomdata: 'unread',
};

const ORDER: readonly ConnectionField[] = [
  'unread',
  'connectionId',
  'status',
  'clientIp',
  'unread',
  'unread',
  'distribution',
  'tenant',
  'unread',
  'unread',
  'unread',
  'sni',
  'serial',
  'subject',
  'issuer',
  'validity',
  'unread',
];

export const cloudFrontLog: ConnectionLog = {
  door: 'cloudfront',
  names: NAMES,
  order: ORDER,
  own: new Set([
    ...Object.keys(CERTIFICATE_NAMES).filter((name) => name.startsWith('clientleaf')),
    'connectionstatus',
    'distributionid',
    'distributiontenantid',
    'tlshandshakeduration',
    'tlssni',
    'connectionlogcustomdata',
  ]),
  codes: CLOUDFRONT_CODES,
  placeOf: ({ distribution = '', tenant = '' }, logGroup) => {
    if (distribution !== '') return `distribution/${distribution}`;
    return tenant !== '' ? `distribution-tenant/${tenant}` : logGroup || 'distribution/unknown';
  },
  isOwnText: () => true,
};
