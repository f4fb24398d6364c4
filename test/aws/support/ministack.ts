/** Installs, starts and stops MiniStack, the local AWS of the tests in this folder; installs the AWS CLI beside it. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MtlsWatchError } from '../../../shared/base/errors.js';

const requirements = fileURLToPath(new URL('../requirements.txt', import.meta.url));
const launcher = fileURLToPath(new URL('local_aws.py', import.meta.url));
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 8_000;

/**
 * Makes `.venv` in the checkout and installs MiniStack and the AWS CLI there, unless the pinned versions are there already.
 * @returns the Python of `.venv`
 * @throws MtlsWatchError `unreadable-input`: what is missing and what to do, in one line
 */
export async function installed(root: string): Promise<string> {
  const pinned = readFileSync(requirements, 'utf8').match(/^\w+==\S+$/gm) ?? [];
  const python = join(root, '.venv', 'bin', 'python');
  const ask = 'import importlib.metadata as m, sys; print(*(f"{n}=={m.version(n)}" for n in sys.argv[1:]))';
  const names = pinned.map((one) => one.split('==')[0] ?? '');
  if (call(python, ['-c', ask, ...names]).stdout.trim() === pinned.join(' ')) return python;

  const system = call('python3', [
    '-c',
    'import sys, venv, ensurepip; assert sys.version_info >= (3, 10), sys.version',
  ]);
  if (system.isMissing) throw lack('python3 is not on the PATH', 'install Python 3.10 or newer');
  if (system.status !== 0)
    throw lack(
      `python3 does not do: ${lastLine(system.stderr)}`,
      'install Python 3.10 or newer with venv and pip (Debian: apt install python3-venv)',
    );
  console.log(`installing ${pinned.join(' ')} into .venv`);
  const made = call('python3', ['-m', 'venv', join(root, '.venv')]);
  if (made.status !== 0)
    throw lack(`.venv cannot be made: ${lastLine(made.stderr || made.stdout)}`, 'delete .venv and try again');
  const pip = call(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  if (pip.status !== 0)
    throw lack(`${pinned.join(' ')} cannot be installed: ${lastLine(pip.stderr)}`, "check the network and pip's index");
  return python;
}

function call(command: string, args: readonly string[]) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { isMissing: error !== undefined, status, stdout: stdout ?? '', stderr: stderr ?? '' };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function lack(what: string, advice: string): MtlsWatchError {
  return new MtlsWatchError('unreadable-input', `test:aws needs a local AWS, and ${what}: ${advice}`);
}

export interface LocalAws {
  /** The environment for everything that is to talk to it, and to nothing else. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Resolves when it answers, on a free port of this machine alone. Its data is gone when it stops.
 * @param logFile is given what it and the functions print
 */
export async function startMiniStack(python: string, logFile: string): Promise<LocalAws> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-aws-'));
  const log = openSync(logFile, 'w');
  const env = environment(port, python, folder);
  const child = spawn(python, [launcher], {
    cwd: folder,
    env: {
      ...env,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // In the addresses of queues.
      MINISTACK_HOST: '127.0.0.1',
      TMPDIR: folder,
      S3_DATA_DIR: join(folder, 's3'),
      STATE_DIR: join(folder, 'state'),
      LAMBDA_EXECUTOR: 'local',
      LAMBDA_ASYNC_RETRY_BASE_SECONDS: '0.5',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
    // A group of its own, so that Ctrl-C does not take it away under the tests and its functions end with it.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await healthy(`http://127.0.0.1:${port}/_ministack/health`, child);
  } catch (error) {
    await stop();
    throw new MtlsWatchError('unreadable-input', `the local AWS did not start; see ${logFile}`, { cause: error });
  }
  return { env, stop };
}

/** Nothing of the caller's own AWS gets in: neither a profile nor an endpoint of one service. */
function environment(port: number, python: string, folder: string): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('AWS_') || value === undefined ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(own),
    // The functions run with this Node and the AWS CLI is the pinned one, whatever the PATH has.
    PATH: [dirname(process.execPath), dirname(python), process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Said once by every process; the functions run on a newer Node in AWS.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    MTLS_WATCH_PYTHON: python,
    MTLS_WATCH_LOCAL_AWS: folder,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  return address.port;
}

async function healthy(url: string, child: ChildProcess): Promise<void> {
  let last: unknown = null;
  for (let waited = 0; waited < START_MS_MAX; waited += 200) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch (error) {
      last = error;
    }
    await sleep(200);
  }
  throw new Error(`no answer from ${url}`, { cause: last });
}

/** Ends the group: the server and the functions it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child.pid, 'SIGTERM');
  if (child.exitCode === null) await Promise.race([exited, sleep(STOP_MS_MAX, undefined, { ref: false })]);
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Already gone.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
