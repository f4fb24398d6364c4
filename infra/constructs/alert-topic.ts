/**
 * The topic for notices and the stack's own alarms. It has a key of its own, because CloudWatch alarms cannot publish
 * to a topic that is encrypted with the account's `aws/sns` key.
 */

import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';

export interface AlertTopicProps {
  /** Each address gets a mail with a link to confirm the subscription. */
  readonly emails: readonly string[];
}

export class AlertTopic extends Construct {
  readonly topic: Topic;
  private readonly key: Key;
  private readonly others: string[] = [];

  constructor(scope: Construct, id: string, props: AlertTopicProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'mtls-watch: notices and alarms',
      enableKeyRotation: true,
      // The topic stores no data for long, so the key is not needed after the stack.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, 'Topic', {
      displayName: 'mtls-watch',
      masterKey: this.key,
      enforceSSL: true,
    });
    this.allowAlarms();
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
  }

  /**
   * A further topic to publish to.
   * @param where its ARN, or `create` for a new one with the same key
   * @returns its ARN
   */
  private addTopic(id: string, where: string): string {
    const arn =
      where === 'create'
        ? new Topic(this, id, { displayName: `mtls-watch ${id}`, masterKey: this.key, enforceSSL: true }).topicArn
        : where;
    if (!this.others.includes(arn)) this.others.push(arn);
    return arn;
  }

  /**
   * The topics by severity and the topic for chats.
   * @returns the functions' environment variables for them, and the outputs of those that the stack creates
   */
  addRoutes({ topics, chatTopic }: Pick<Config, 'topics' | 'chatTopic'>) {
    const environment: Record<string, string> = {};
    const outputs: Record<string, string> = {};
    const add = (name: string, variable: string, where: string): void => {
      const arn = this.addTopic(name, where);
      environment[variable] = arn;
      if (where === 'create') outputs[`${name}TopicArn`] = arn;
    };
    for (const [severity, where] of Object.entries(topics)) {
      const name = `${severity.slice(0, 1).toUpperCase()}${severity.slice(1)}`;
      add(name, `TOPIC_ARN_${severity.toUpperCase()}`, where);
    }
    if (chatTopic !== null) add('Chat', 'CHAT_TOPIC_ARN', chatTopic);
    return { environment, outputs };
  }

  /** @param which the main topic alone, or also those by severity and for chats */
  publishStatements(which: 'the first' | 'all'): PolicyStatement[] {
    const topics = [this.topic.topicArn, ...(which === 'all' ? this.others : [])];
    return [
      new PolicyStatement({ actions: ['sns:Publish'], resources: topics }),
      // SNS uses both actions with the publisher's permissions if the topic is encrypted.
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.key.keyArn] }),
    ];
  }

  private allowAlarms(): void {
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')];
    const stack = Stack.of(this);
    const conditions = {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: {
        'aws:SourceArn': stack.formatArn({
          service: 'cloudwatch',
          resource: 'alarm',
          resourceName: '*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    };
    this.topic.addToResourcePolicy(
      new PolicyStatement({ principals, actions: ['sns:Publish'], resources: [this.topic.topicArn], conditions }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions,
      }),
    );
  }
}
