/**
 * The connection log of Application Load Balancers. Source: "Connection logs for your Application Load Balancer". The names
 * and the order of the fields are those of its S3 files.
 */

import {
  CERTIFICATE_NAMES,
  type ConnectionField,
  type ConnectionFields,
  type FieldNames,
} from '../connection-fields.js';
import type { ConnectionLog } from '../connection-reader.js';
import { LOAD_BALANCER_CODES } from './codes.js';

const NAMES: FieldNames = {
  ...CERTIFICATE_NAMES,
  timestamp: 'unread',
  time: 'unread',
  eventtimestamp: 'unread',
  clientip: 'clientIp',
  clientport: 'unread',
  listenerport: 'listenerPort',
  tlsprotocol: 'unread',
  tlscipher: 'unread',
  tlshandshakelatency: 'unread',
  tlsverifystatus: 'status',
  conntraceid: 'connectionId',
  connectiontraceid: 'connectionId',
  tlskeyexchange: 'unread',
  tlssni: 'sni',
  elb: 'loadBalancer',
  loadbalancer: 'loadBalancer',
  loadbalancerarn: 'loadBalancer',
  resourcearn: 'loadBalancer',
};

const ORDER: readonly ConnectionField[] = [
  'unread',
  'clientIp',
  'unread',
  'listenerPort',
  'unread',
  'unread',
  'unread',
  'subject',
  'validity',
  'serial',
  'status',
  'connectionId',
  'unread',
];

export const loadBalancerLog: ConnectionLog = {
  door: 'load-balancer',
  names: NAMES,
  order: ORDER,
  own: new Set([
    ...Object.keys(CERTIFICATE_NAMES).filter((name) => name.startsWith('leafclient')),
    'tlsverifystatus',
    'conntraceid',
    'connectiontraceid',
    'listenerport',
    'tlshandshakelatency',
    'tlskeyexchange',
  ]),
  codes: LOAD_BALANCER_CODES,
  placeOf: ({ loadBalancer = '', listenerPort = '' }, logGroup, logStream) => {
    const name = nameIn(loadBalancer) ?? nameIn(logStream) ?? nameIn(logGroup) ?? (logGroup || 'load-balancer/unknown');
    return /^\d{1,5}$/.test(listenerPort) ? `${name}:${listenerPort}` : name;
  },
  isOwnText: isOfLoadBalancer,
};

/** `app/NAME/ID` in an ARN, and in the names of S3 files and of log streams, which have dots instead. */
function nameIn(text: string): string | null {
  const [, name, id] = /(?:^|[/_.:])app[/.]([\w-]{1,32})[/.]([0-9a-f]{16})(?![0-9a-z])/.exec(text) ?? [];
  return name === undefined ? null : `app/${name}/${id}`;
}

/** A text without names: the trace id has a beginning of its own, and much of CloudFront's fields a form of its own. */
function isOfLoadBalancer({ connectionId, loadBalancer, listenerPort, ...others }: ConnectionFields): boolean {
  if (connectionId !== undefined) return connectionId.startsWith('TID_');
  const { distribution, tenant, sni, issuer, serial = '' } = others;
  const isCloudFront = [distribution, tenant, sni, issuer].some((one) => one !== undefined) || serial.includes(':');
  return !isCloudFront && (loadBalancer !== undefined || listenerPort !== undefined);
}
