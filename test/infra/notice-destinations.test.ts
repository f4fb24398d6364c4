/**
 * Notices over HTTPS: the rules, evaluated as EventBridge does on notices that mtls-watch makes, and sent to a server that
 * takes them.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretValue } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { PagerDuty, Webhook } from '../../infra/index.js';
import { eventOf } from '../../shared/messages/event.js';
import { type Notice, severities } from '../../shared/model/notices.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { noticeSchema } from '../../shared/schemas/index.js';
import { resources } from './support.js';
import { account } from './users.js';

const AT = Date.UTC(2026, 5, 15);
const SECRET = SecretValue.secretsManager('pager');

interface Target {
  readonly InputPath?: string;
  readonly InputTransformer?: { readonly InputPathsMap: Record<string, string>; readonly InputTemplate: string };
  readonly DeadLetterConfig?: unknown;
}

interface RuleProperties {
  readonly EventPattern: { readonly source: string[]; readonly 'detail-type': string[]; readonly detail: object };
  readonly Targets: readonly Target[];
}

function templateWith(make: (stack: ReturnType<typeof account>['stack'], eventBus: EventBus) => unknown): Template {
  const { stack } = account();
  make(stack, new EventBus(stack, 'Bus'));
  return Template.fromStack(stack);
}

const rulesOf = (template: Template) =>
  resources(template, 'AWS::Events::Rule')
    .map(([, { Properties }]) => Properties as unknown as RuleProperties)
    .filter(({ EventPattern }) => EventPattern.source?.[0] === 'mtls-watch');

type Json = Record<string, unknown>;

/** Whether a pattern of EventBridge takes a value, as far as the rules use patterns. */
function takes(pattern: unknown, value: unknown): boolean {
  if (!Array.isArray(pattern))
    return Object.entries(pattern as Json).every(([key, inner]) => takes(inner, (value as Json)[key]));
  return pattern.some((one) =>
    typeof one === 'object' ? !(one as { 'anything-but': unknown[] })['anything-but'].includes(value) : one === value,
  );
}

function at(event: Json, path: string): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Json)[key], event);
}

/** A variable in quotes is put in as text, one that stands alone as JSON. */
function bodyOf({ InputPath, InputTransformer }: Target, event: Json): unknown {
  if (InputTransformer === undefined) return at(event, InputPath ?? '$');
  const { InputPathsMap, InputTemplate } = InputTransformer;
  const valueAt = (name: string) => at(event, InputPathsMap[name] ?? '$');
  const filled = InputTemplate.replace(/"(?:[^"\\]|\\.)*"|<([\w-]+)>/g, (text, alone: string | undefined) =>
    alone === undefined
      ? text.replace(/<([\w-]+)>/g, (_, name: string) => String(valueAt(name)))
      : JSON.stringify(valueAt(alone)),
  );
  return JSON.parse(filled);
}

/** The bodies that are sent for a notice. */
function sent(template: Template, notice: Notice): unknown[] {
  const { Source, DetailType, Detail } = eventOf(notice, 'bus');
  const event = { source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail) as Json };
  const matching = rulesOf(template).filter(({ EventPattern }) => takes(EventPattern, event));
  return matching.flatMap(({ Targets }) => Targets.map((target) => bodyOf(target, event)));
}

function notice(changes: Partial<Notice> = {}): Notice {
  return { ...sampleNotice('spike', AT, null), ...changes };
}

describe('PagerDuty', () => {
  const template = templateWith((stack, eventBus) => new PagerDuty(stack, 'Pager', { eventBus, routingKey: SECRET }));

  it.each([
    ['low', 'info'],
    ['medium', 'warning'],
    ['high', 'error'],
    ['critical', 'critical'],
  ] as const)('gets one event for a notice: %s is %s', (severity, theirs) => {
    const one = notice({ severity });
    expect(sent(template, one)).toEqual([
      {
        event_action: 'trigger',
        dedup_key: one.incidentId,
        payload: {
          summary: `Client certificates are refused: ${one.group.reason}`,
          source: one.group.scope,
          severity: theirs,
          timestamp: one.at,
          component: one.group.reason,
          custom_details: JSON.parse(JSON.stringify(one)),
        },
        links: [{ href: one.runbookUrl, text: 'Runbook' }],
      },
    ]);
  });

  it('gets the end of an incident under the key of its beginning', () => {
    for (const severity of severities) {
      const over = notice({ kind: 'resolved', severity });
      expect(sent(template, over)).toEqual([{ event_action: 'resolve', dedup_key: over.incidentId }]);
    }
  });

  it('gets whatever a client made of a name', () => {
    const hostile = notice({ group: { ...notice().group, scope: 'a"},"event_action":"resolve","x":{"y":"\\' } });
    expect(sent(template, hostile)).toMatchObject([
      { event_action: 'trigger', payload: { source: hostile.group.scope } },
    ]);
  });

  it('gets the severities that are asked for, and always the end', () => {
    const some = templateWith(
      (stack, eventBus) =>
        new PagerDuty(stack, 'Pager', { eventBus, routingKey: SECRET, severities: ['high', 'critical'] }),
    );
    expect(severities.map((severity) => sent(some, notice({ severity })).length)).toEqual([0, 0, 1, 1]);
    expect(sent(some, notice({ kind: 'resolved', severity: 'low' }))).toHaveLength(1);
  });

  it('is called with a secret that is nowhere in the template, and what fails is kept', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).toContain('{{resolve:secretsmanager:pager:SecretString:::}}');
    const [, connection] = resources(template, 'AWS::Events::Connection')[0] ?? [];
    expect(connection?.Properties.AuthParameters).toMatchObject({
      InvocationHttpParameters: { BodyParameters: [{ Key: 'routing_key', IsValueSecret: true }] },
    });
    for (const { Targets } of rulesOf(template)) expect(Targets[0]?.DeadLetterConfig).toBeDefined();
  });
});

it('a webhook gets every notice as its JSON, which a server reads by the schema', async () => {
  const received: unknown[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    received.push(noticeSchema.parse(JSON.parse(Buffer.concat(parts).toString())));
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const template = templateWith(
    (stack, eventBus) =>
      new Webhook(stack, 'Hook', {
        eventBus,
        url: 'https://hooks.example.com/notices',
        header: { name: 'authorization', value: SECRET },
      }),
  );
  const notices = severities.flatMap((severity) => [notice({ severity }), notice({ severity, kind: 'resolved' })]);
  for (const one of notices) {
    for (const body of sent(template, one)) {
      const { port } = server.address() as AddressInfo;
      await fetch(`http://127.0.0.1:${port}/notices`, { method: 'POST', body: JSON.stringify(body) });
    }
  }
  server.close();
  expect(received).toEqual(notices.map((one) => noticeSchema.parse(JSON.parse(JSON.stringify(one)))));
});
