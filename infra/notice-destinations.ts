/**
 * Destinations of notices over HTTPS: PagerDuty, and any webhook that takes JSON. EventBridge calls them for the events that
 * `eventBus` gets, repeats a call that fails for a day, and keeps what it could not deliver in a queue. Secrets are in Secrets
 * Manager; no function and no template holds one.
 */

import { Duration, type SecretValue, Validations } from 'aws-cdk-lib';
import {
  ApiDestination,
  Authorization,
  Connection,
  EventField,
  HttpParameter,
  type IEventBus,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../shared/messages/event.js';
import { type Severity, severities } from '../shared/model/notices.js';

interface DestinationProps {
  /** The bus that `MtlsWatch` puts its events on. */
  readonly eventBus: IEventBus;
  /**
   * The severities that are sent. A notice that an incident is over is sent whatever its severity.
   * @default - all
   */
  readonly severities?: readonly Severity[];
}

export interface PagerDutyProps extends DestinationProps {
  /** The integration key of a service (Events API v2), as `SecretValue.secretsManager('name')`. */
  readonly routingKey: SecretValue;
  /** @default - that of PagerDuty in the United States; the other one is `https://events.eu.pagerduty.com/v2/enqueue` */
  readonly endpoint?: string;
}

export interface WebhookProps extends DestinationProps {
  /** Takes a POST of each notice as JSON: `noticeSchema` of `mtls-watch/schemas`. */
  readonly url: string;
  /** Sent with every call, as `{ name: 'authorization', value: SecretValue.secretsManager('name') }`. */
  readonly header: { readonly name: string; readonly value: SecretValue };
}

/** PagerDuty's words for the severities. */
const PAGER_SEVERITIES: Readonly<Record<Severity, string>> = {
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};

/** What both have: where calls go, and the queue for those that failed. */
class Destination extends Construct {
  readonly undelivered: Queue;
  private readonly destination: ApiDestination;

  constructor(scope: Construct, id: string, connection: Connection, endpoint: string) {
    super(scope, id);
    this.destination = new ApiDestination(this, 'Api', { connection, endpoint });
    this.undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue, of rules, which the rule of cdk-nag cannot see.',
    });
  }

  /** @param detail which notices, as a pattern of their JSON */
  send(id: string, { eventBus }: DestinationProps, detail: Record<string, unknown>, event: RuleTargetInput): void {
    new Rule(this, id, {
      eventBus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE], detail },
      targets: [
        new ApiDestinationTarget(this.destination, {
          event,
          deadLetterQueue: this.undelivered,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
  }
}

export class PagerDuty extends Construct {
  /** Events that PagerDuty did not take. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, props: PagerDutyProps) {
    super(scope, id);
    const { routingKey, endpoint = 'https://events.pagerduty.com/v2/enqueue' } = props;
    const connection = new Connection(this, 'Connection', {
      authorization: Authorization.apiKey('x-routing-key', routingKey),
      bodyParameters: { routing_key: HttpParameter.fromSecret(routingKey) },
    });
    const destination = new Destination(this, 'Destination', connection, endpoint);
    this.undelivered = destination.undelivered;
    const incident = EventField.fromPath('$.detail.incidentId');
    // One key for the whole incident, so that its end closes what its beginning opened.
    destination.send(
      'Resolve',
      props,
      { kind: ['resolved'] },
      RuleTargetInput.fromObject({ event_action: 'resolve', dedup_key: incident }),
    );
    // A rule each, because the templates of EventBridge compare nothing.
    for (const severity of props.severities ?? severities) {
      destination.send(
        `Trigger ${severity}`,
        props,
        { kind: [{ 'anything-but': ['resolved'] }], severity: [severity] },
        triggerOf(incident, PAGER_SEVERITIES[severity]),
      );
    }
  }
}

/**
 * Every value stands alone, so that EventBridge writes it as JSON: names of domains may hold what a client sent. The summary
 * holds none but a reason's id.
 */
function triggerOf(incident: string, severity: string): RuleTargetInput {
  return RuleTargetInput.fromObject({
    event_action: 'trigger',
    dedup_key: incident,
    payload: {
      summary: `Client certificates are refused: ${EventField.fromPath('$.detail.group.reason')}`,
      source: EventField.fromPath('$.detail.group.scope'),
      severity,
      timestamp: EventField.fromPath('$.detail.at'),
      component: EventField.fromPath('$.detail.group.reason'),
      custom_details: EventField.fromPath('$.detail'),
    },
    links: [{ href: EventField.fromPath('$.detail.runbookUrl'), text: 'Runbook' }],
  });
}

export class Webhook extends Construct {
  /** Notices that the webhook did not take. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, props: WebhookProps) {
    super(scope, id);
    const { url, header } = props;
    const connection = new Connection(this, 'Connection', {
      authorization: Authorization.apiKey(header.name, header.value),
    });
    const destination = new Destination(this, 'Destination', connection, url);
    this.undelivered = destination.undelivered;
    const notice = RuleTargetInput.fromEventPath('$.detail');
    destination.send('Resolved', props, { kind: ['resolved'] }, notice);
    destination.send(
      'Firing',
      props,
      { kind: [{ 'anything-but': ['resolved'] }], severity: [...(props.severities ?? severities)] },
      notice,
    );
  }
}
