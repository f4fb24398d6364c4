/** Reads the outputs of a deployed stack. Needs `cloudformation:DescribeStacks`. */

import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

export interface StackFacts {
  readonly outputs: Readonly<Record<string, string | undefined>>;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** @returns null if there is no such stack */
export async function readStack(
  StackName: string,
  cloudFormation: Pick<CloudFormationClient, 'send'>,
): Promise<StackFacts | null> {
  try {
    const { Stacks: [{ Outputs = [], Parameters = [] } = {}] = [] } = await cloudFormation.send(
      new DescribeStacksCommand({ StackName }),
    );
    return {
      outputs: Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue])),
      parameters: Object.fromEntries(
        Parameters.map(({ ParameterKey = '', ParameterValue }) => [ParameterKey, ParameterValue]),
      ),
    };
  } catch (error) {
    // CloudFormation has no error type of its own for a missing stack.
    if (error instanceof Error && error.message.includes('does not exist')) return null;
    throw error;
  }
}
