/** The table, the queue and the functions of the deployed stack, for the verbs that work on them: named, or found. */

import type { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { messageOf, usage } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import type { Config } from '../../shared/config/settings.js';
import type { Stores } from '../../shared/ports/index.js';
import { accountCure, withAccount } from '../terminal/account.js';

/** As `infra/app.ts` names it. */
const STACK = 'mtls-watch';

export interface StackOptions {
  readonly stack?: string;
}

export interface TableOptions extends StackOptions {
  readonly table?: string;
}

export function withStack(command: Command): Command {
  return withAccount(
    command.option('--stack <name>', `the deployed stack, where the names are found; default: ${STACK}`),
  );
}

export function withTable(command: Command): Command {
  return withStack(
    command.option('--table <name>', "the stack's output TableName, in place of a stack; also the variable TABLE_NAME"),
  );
}

type Outputs = Readonly<Record<string, string | undefined>>;

/** Loads the SDK only here. Null where there is no such stack. */
async function outputsHere(stack: string): Promise<Outputs | null> {
  const [{ CloudFormationClient }, { readStack }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('../../shared/adapters/aws/stack.js'),
  ]);
  return (await readStack(stack, new CloudFormationClient({})))?.outputs ?? null;
}

/** All outputs of the stack; empty where there is none. @throws errors of AWS */
export async function outputsOf({ stack = STACK }: StackOptions): Promise<Outputs> {
  return (await outputsHere(stack)) ?? {};
}

type StackOutput =
  | 'TableName'
  | 'TopicArn'
  | 'ChatTopicArn'
  | 'DeadLetterQueueUrl'
  | 'IngestFunctionName'
  | 'BackfillBucketName';

/**
 * An output of the stack.
 * @param instead the option that would name it
 * @throws MtlsWatchError `usage` where the stack, or the output, is not there or may not be read
 */
export async function outputOf(
  name: StackOutput,
  instead: string,
  { stack = STACK }: StackOptions,
  read: (stack: string) => Promise<Outputs | null> = outputsHere,
): Promise<string> {
  const cure = `expected --stack NAME, or ${instead}`;
  let outputs: Outputs | null;
  try {
    outputs = await read(stack);
  } catch (error) {
    // Without a Region or credentials, no other stack can be read either.
    const what = `the stack ${clean(stack, 128)} cannot be read: ${messageOf(error)}`;
    throw usage(`${what}; ${accountCure(error) ?? cure}`, error);
  }
  if (outputs === null) {
    throw usage(`there is no stack ${clean(stack, 128)} in this account and Region; ${cure}`);
  }
  const value = outputs[name];
  if (value !== undefined) return value;
  throw usage(`the stack ${clean(stack, 128)} has no output ${name}; ${cure}`);
}

/** The table that is named. A stack that is named goes before the variable. */
function givenTable({ table, stack }: TableOptions): string | undefined {
  return table ?? (stack === undefined ? process.env.TABLE_NAME || undefined : undefined);
}

/** Whether the table is looked up in a stack, so that the stack can be asked for more. */
export function isOfStack(options: TableOptions): boolean {
  return givenTable(options) === undefined;
}

/** The stores in the stack's table. @throws MtlsWatchError `usage` */
export async function storesHere(options: TableOptions): Promise<Stores> {
  const name = givenTable(options) ?? (await outputOf('TableName', '--table NAME', options));
  const { createDynamoClient, createDynamoStores } = await import('../../shared/adapters/dynamodb/index.js');
  return createDynamoStores(createDynamoClient(), name, systemClock);
}

export interface Deployed {
  readonly config: Config;
  readonly stores: Stores;
}

/**
 * The settings that the stack's functions run with, and its stores. Loads the SDK only here.
 * @param instead as for `outputOf`
 * @throws MtlsWatchError `usage`, errors of AWS
 */
export async function deployedHere(options: StackOptions, instead = 'credentials of its account'): Promise<Deployed> {
  const functionName = await outputOf('IngestFunctionName', instead, options);
  const [{ deployedSettings }, { LambdaClient }, { createDynamoInventory }, dynamo, { withKnown }] = await Promise.all([
    import('../../shared/adapters/aws/deployed-settings.js'),
    import('@aws-sdk/client-lambda'),
    import('../../shared/adapters/dynamodb/inventory.js'),
    import('../../shared/adapters/dynamodb/index.js'),
    import('../../shared/discovery/with-known.js'),
  ]);
  const client = dynamo.createDynamoClient();
  const { config, known, tableName } = await deployedSettings(functionName, {
    lambda: new LambdaClient({}),
    domains: (table) => createDynamoInventory(client, table).domains(),
  });
  return { config: withKnown(config, known), stores: dynamo.createDynamoStores(client, tableName, systemClock) };
}
