/**
 * The topic for notices and the stack's own alarms. It has a key of its own, because CloudWatch alarms cannot publish
 * to a topic that is encrypted with the account's `aws/sns` key.
 */

import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Severity } from '../../shared/model/index.js';

export interface AlertTopicProps {
  /** Each address gets a mail with a link to confirm the subscription. */
  readonly emails: readonly string[];
  /** @default - a new topic with a key of its own */
  readonly topic?: ITopic | undefined;
}

/** Topics besides the main one: an object of the app's, an ARN, or `create`. */
export interface Routes {
  readonly topics: Readonly<Partial<Record<Severity, ITopic | string>>>;
  readonly chatTopic: ITopic | string | null;
}

export class AlertTopic extends Construct {
  readonly topic: ITopic;
  /** Of the topics that are created here. */
  private key: Key | undefined;
  private readonly others: string[] = [];
  /** The keys of topics that the app gave. */
  private readonly foreignKeys = new Set<string>();

  constructor(scope: Construct, id: string, props: AlertTopicProps) {
    super(scope, id);
    this.topic = props.topic ?? this.create('Topic', 'mtls-watch');
    this.noteKey(props.topic);
    this.allowAlarms();
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
  }

  private create(id: string, displayName: string): Topic {
    this.key ??= new Key(this, 'Key', {
      description: 'mtls-watch: notices and alarms',
      enableKeyRotation: true,
      // The topic stores no data for long, so the key is not needed after the stack.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new Topic(this, id, { displayName, masterKey: this.key, enforceSSL: true });
  }

  private noteKey(topic: ITopic | undefined): void {
    if (topic?.masterKey !== undefined) this.foreignKeys.add(topic.masterKey.keyArn);
  }

  /**
   * A further topic to publish to.
   * @returns its ARN
   */
  private addTopic(id: string, where: ITopic | string): string {
    if (typeof where !== 'string') this.noteKey(where);
    const arn =
      where === 'create'
        ? this.create(id, `mtls-watch ${id}`).topicArn
        : typeof where === 'string'
          ? where
          : where.topicArn;
    if (!this.others.includes(arn)) this.others.push(arn);
    return arn;
  }

  /**
   * The topics by severity and the topic for chats.
   * @returns the functions' environment variables for them, and the outputs of those that the stack creates
   */
  addRoutes({ topics, chatTopic }: Routes) {
    const environment: Record<string, string> = {};
    const outputs: Record<string, string> = {};
    const add = (name: string, variable: string, where: ITopic | string): void => {
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
    const keys = [...(this.key === undefined ? [] : [this.key.keyArn]), ...this.foreignKeys];
    return [
      new PolicyStatement({ actions: ['sns:Publish'], resources: topics }),
      // SNS uses both actions with the publisher's permissions if the topic is encrypted.
      ...(keys.length === 0
        ? []
        : [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: keys })]),
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
    const key = this.key ?? this.topic.masterKey;
    // The policies of an imported topic and of its key are their owner's; docs/constructs.md has what they need.
    key?.addToResourcePolicy(
      new PolicyStatement({
        principals,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions,
      }),
    );
  }
}
