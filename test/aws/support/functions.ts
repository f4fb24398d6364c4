/** Calls, kills and breaks the deployed functions. */

import { spawnSync } from 'node:child_process';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { lambda } from './clients.js';

/** Calls and waits. @returns what the function answered; throws what it failed with */
export async function invoke(FunctionName: string, event: unknown): Promise<unknown> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const text = Buffer.from(Payload ?? []).toString('utf8');
  if (FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Leaves the call to Lambda, as CloudWatch Logs does: three attempts, then the dead-letter queue. */
export async function invokeAsync(FunctionName: string, event: unknown): Promise<void> {
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
}

/** The running processes of a function: MiniStack keeps its code in a folder that is named after it. */
function processesOf(functionName: string): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'args='], { encoding: 'utf8' });
  const folder = `${process.env.MTLS_WATCH_LOCAL_AWS}/ministack-lambda-${functionName}-`;
  return stdout
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => Number.parseInt(line, 10));
}

/** Ends the function's processes at once, in the middle of whatever they do. @returns how many there were */
export function kill(functionName: string): number {
  const pids = processesOf(functionName);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}

/** Changes variables of a function's environment. @returns undoes it */
export async function withEnvironment(
  FunctionName: string,
  changes: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const before = Environment?.Variables ?? {};
  const set = async (Variables: Record<string, string>) => {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName });
  };
  await set({ ...before, ...changes });
  return () => set(before);
}
