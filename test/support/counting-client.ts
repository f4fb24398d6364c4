/** Counts what a client asks of DynamoDB, for benchmarks and tests. */

import { ConditionalCheckFailedException, type ConsumedCapacity, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface Usage {
  requests: number;
  /** A consistent read that finds nothing counts as one unit; local tables forget that. */
  readUnits: number;
  /** Consumed capacity; a write whose condition failed counts as one unit, as DynamoDB bills items up to 1 KB. */
  writeUnits: number;
}

const READS: readonly string[] = ['GetItemCommand', 'BatchGetItemCommand', 'QueryCommand'];

/** Counts from now on all that goes through the client, by asking for the consumed capacity with every request. */
export function countingClient(client: DynamoDBClient): Usage {
  const usage: Usage = { requests: 0, writeUnits: 0, readUnits: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        usage.requests++;
        try {
          const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const };
          const result = await next({ ...args, input });
          const units = unitsOf(result.output);
          if (READS.includes(commandName ?? '')) usage.readUnits += Math.max(1, units);
          else usage.writeUnits += units;
          return result;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) usage.writeUnits++;
          throw error;
        }
      },
    { step: 'initialize', name: 'countUsage' },
  );
  return usage;
}

function unitsOf(output: object): number {
  if (!('ConsumedCapacity' in output)) return 0;
  const consumed = output.ConsumedCapacity as ConsumedCapacity | ConsumedCapacity[] | undefined;
  return [consumed ?? []].flat().reduce((sum, { CapacityUnits }) => sum + (CapacityUnits ?? 0), 0);
}
