/**
 * What has to be delivered of a connection log, for the check of `doctor`, for its commands and for the construct that makes
 * the delivery. The names of CloudFront's fields are those of "Observability using connection logs" (CloudFront developer
 * guide); those of load balancers are those of the log type in the resource schema of CloudFormation.
 */

import type { DoorKind } from '../model/account.js';

export interface ConnectionLogFacts {
  /** The door in a sentence. */
  readonly what: string;
  readonly logType: string;
  /** Without it, nobody can tell a refusal. */
  readonly status: string;
  /** Who was refused. */
  readonly certificate: readonly string[];
  /** The time, the connection's id, addresses, names, validity. */
  readonly wanted: readonly string[];
  /** Names beginning with `/aws/vendedlogs/` share one resource policy of CloudWatch Logs, which allows only ten. */
  readonly logGroup: (id: string) => string;
}

export const connectionLogs: Readonly<Record<DoorKind, ConnectionLogFacts>> = {
  cloudfront: {
    what: 'CloudFront',
    logType: 'CONNECTION_LOGS',
    status: 'connectionStatus',
    certificate: ['clientLeafCertSubject', 'clientLeafCertIssuer', 'clientLeafCertSerialNumber'],
    wanted: [
      'eventTimestamp',
      'connectionId',
      'clientIp',
      'distributionId',
      'tlsSni',
      'clientLeafCertValidity',
      'connectionLogCustomData',
    ],
    logGroup: (id) => `/aws/vendedlogs/cloudfront/${id}`,
  },
  'load-balancer': {
    what: 'the load balancer',
    logType: 'ALB_CONNECTION_LOGS',
    status: 'tls_verify_status',
    certificate: ['leaf_client_cert_subject', 'leaf_client_cert_serial_number'],
    wanted: ['time', 'conn_trace_id', 'client_ip', 'listener_port', 'leaf_client_cert_validity', 'elb'],
    logGroup: (id) => `/aws/vendedlogs/load-balancer/${id}`,
  },
};

/** The record fields of a delivery, the needed ones first. */
export function recordFieldsOf(kind: DoorKind): string[] {
  const { status, certificate, wanted } = connectionLogs[kind];
  return [status, ...certificate, ...wanted];
}
