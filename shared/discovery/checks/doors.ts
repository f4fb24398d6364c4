/**
 * Checks of CloudFront distributions and load balancers that verify client certificates: whether their connection logs reach
 * a log group here, with the fields that are needed. The filters on the log group are checked with all others.
 */

import { CLOUDFRONT_REGION, regionOf } from '../../base/regions.js';
import type { ConnectionLogDelivery, FoundDoor } from '../../model/account.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, warning, wrong } from '../check.js';
import { connectionLogs, recordFieldsOf } from '../connection-fields.js';
import { aws, partitionOf } from '../shell.js';
import { type Context, subscribe } from './context.js';

export function doorChecks(door: FoundDoor, context: Context): Check[] {
  const region = regionFor(door, context);
  const subject: Subject = {
    id: 'connection-log',
    domain: door.name,
    about: door.id,
    expected: `connection logs (${connectionLogs[door.kind].logType}) in a log group`,
  };
  if (door.connectionLogs === null) return [unknown(subject, COULD_NOT_BE_READ, ALLOW_READING)];
  const made = door.connectionLogs.filter((log) => log.region === region);
  const useful = made.filter(({ logGroup }) => logGroup !== null);
  const misplaced = door.connectionLogs
    .filter((log) => log.region !== region)
    .map((log) => elsewhere(log, door, context));
  if (useful.length === 0) return [missing(subject, made, door, context), ...misplaced];
  return [
    ...misplaced,
    ...useful.flatMap((log) => [
      ok(subject, `in ${log.logGroup}`),
      regionOfGroup(log, door, context),
      fieldsOf(log, door),
    ]),
  ];
}

/** The Region in which the delivery of a door's log is made. */
function regionFor({ kind }: FoundDoor, { found }: Context): string {
  return kind === 'cloudfront' ? CLOUDFRONT_REGION : found.region;
}

function missing(subject: Subject, made: readonly ConnectionLogDelivery[], door: FoundDoor, context: Context): Check {
  const { what } = connectionLogs[door.kind];
  const [other] = made;
  return wrong(
    subject,
    other === undefined ? 'none' : `only to ${other.destinationArn}`,
    `Deliver the connection log of ${what} to a log group: it says whom ${what} refuses and why, and without it nobody sees that.${
      door.kind === 'cloudfront' ? ' CloudFront writes it for distributions with mutual TLS only.' : ''
    }`,
    deliver(door, other?.sourceName, context),
  );
}

/** A door's log has one source, which may have several deliveries. */
function deliver(door: FoundDoor, known: string | undefined, context: Context): string[] {
  const { logType, logGroup } = connectionLogs[door.kind];
  const { accountId } = context.found;
  const place = { region: regionFor(door, context) };
  const arn = `arn:${partitionOf(place.region)}:logs:${place.region}:${accountId}`;
  const group = logGroup(door.id);
  const name = `mtls-watch-${door.id}`;
  return [
    aws('logs', 'create-log-group', place, { 'log-group-name': group }),
    ...(known === undefined
      ? [aws('logs', 'put-delivery-source', place, { name, 'resource-arn': door.arn, 'log-type': logType })]
      : []),
    aws('logs', 'put-delivery-destination', place, {
      name,
      'output-format': 'json',
      'delivery-destination-configuration': { destinationResourceArn: `${arn}:log-group:${group}` },
    }),
    aws('logs', 'create-delivery', place, {
      'delivery-source-name': known ?? name,
      'delivery-destination-arn': `${arn}:delivery-destination:${name}`,
      'record-fields': recordFieldsOf(door.kind),
    }),
    ...(place.region === context.found.region ? subscribe(group, 'connection', context) : []),
  ];
}

function fieldsOf(
  { recordFields, deliveryId, region, logGroup }: ConnectionLogDelivery,
  { kind, name }: FoundDoor,
): Check {
  const { status, certificate, wanted } = connectionLogs[kind];
  const subject: Subject = {
    id: 'connection-log-fields',
    domain: name,
    about: logGroup ?? '',
    expected: `status, certificate and connection among the record fields`,
  };
  if (recordFields.length === 0) return ok(subject, 'the default fields');
  const lacks = (fields: readonly string[]) => fields.filter((field) => !recordFields.includes(field));
  const [needed, useful] = [lacks([status, ...certificate]), lacks(wanted)];
  const absent = [...needed, ...useful];
  if (absent.length === 0) return ok(subject, 'all fields');
  const command = aws(
    'logs',
    'update-delivery-configuration',
    { region },
    {
      id: deliveryId,
      'record-fields': [...new Set([...recordFields, ...recordFieldsOf(kind)])],
    },
  );
  if (needed.length === 0) {
    return warning(
      subject,
      `no ${absent.join(', ')}`,
      'Add the fields: alerts say more, and a repeated record is told from a second connection.',
      [command],
    );
  }
  const effect = needed.includes(status)
    ? `Add the fields: without ${status} no refusal can be told, and every record is rejected.`
    : 'Add the fields: without the certificate nobody can tell who is refused.';
  return wrong(subject, `no ${absent.join(', ')}`, effect, [command]);
}

/** A subscription filter leads to a function of its own Region. */
function regionOfGroup(
  { destinationArn, logGroup }: ConnectionLogDelivery,
  { name }: FoundDoor,
  { found }: Context,
): Check {
  const region = regionOf(destinationArn);
  const subject: Subject = {
    id: 'connection-log-region',
    domain: name,
    about: logGroup ?? '',
    expected: `in ${found.region}, where these settings are looked at`,
  };
  if (region === found.region) return ok(subject, region);
  return warning(
    subject,
    `the log group is in ${region}`,
    `A subscription filter leads to a function of its own Region. Have mtls-watch in ${region} too, and look there: AWS_REGION=${region} mtls-watch doctor.`,
  );
}

function elsewhere(
  { region, deliveryId, logGroup, destinationArn }: ConnectionLogDelivery,
  door: FoundDoor,
  context: Context,
): Check {
  const right = regionFor(door, context);
  const subject: Subject = {
    id: 'connection-log-region',
    domain: door.name,
    about: logGroup ?? destinationArn,
    expected: `a delivery made in ${right}`,
  };
  return wrong(
    subject,
    `the delivery is in ${region}`,
    `${connectionLogs[door.kind].what} delivers from ${right} only: delete this delivery, and make one there.`,
    [aws('logs', 'delete-delivery', { region }, { id: deliveryId })],
  );
}
