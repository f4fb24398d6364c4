/** `mtls-watch canary probes`: finds out which unusual certificates the gateway of a domain takes. */

import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import { MINUTE_MS } from '../../shared/base/time.js';
import { ordinaryCertificates, type ProbingWorld, probeRules } from '../../shared/canary/probe-rules.js';
import { truststoreUri } from '../../shared/config/qualified-names.js';
import type { Canary, Config } from '../../shared/config/settings.js';
import { quote } from '../../shared/discovery/shell.js';
import { type ProbedGateway, type ProbedKind, probedKinds } from '../../shared/model/index.js';
import type { CanaryCertificate, GatewayCall, ProbeCertificates } from '../../shared/ports/gateway.js';
import { type Deployed, deployedHere, type StackOptions, withStack } from '../deployed/stack.js';
import { pc } from '../terminal/colors.js';
import { note } from '../terminal/notes.js';
import { jsonLine, type Output, table } from '../terminal/table.js';

interface ProbeOptions extends StackOptions {
  readonly domain: string;
  readonly out: string;
  readonly wait: string;
  readonly json?: boolean;
}

/** The certificates and the calls; loaded when they are needed, because they take a library of their own. */
export interface Probing {
  readonly createCertificates: (now: number, ordinary: number) => Promise<ProbeCertificates>;
  readonly call: (call: GatewayCall, client: CanaryCertificate) => ReturnType<ProbingWorld['call']>;
}

export interface CanaryCommandWorld {
  readonly deployed: Pick<Deployed, 'config'> & { readonly stores: Pick<Deployed['stores'], 'probes' | 'probed'> };
  readonly probing: Probing;
  readonly clock: ProbingWorld['clock'];
  readonly sleep: ProbingWorld['sleep'];
  readonly output: Output;
  /** Where progress goes, and what a person is asked to do. */
  readonly notes: Output;
}

async function here(options: StackOptions): Promise<CanaryCommandWorld> {
  // Before the library of certificates: a checkout's bundle moves imports of libraries before everything else.
  await import('../../shared/adapters/tls/reflect.js');
  const [deployed, { createProbeCertificates }, { callGateway }] = await Promise.all([
    deployedHere(options),
    import('../../shared/adapters/tls/probe-certificates.js'),
    import('../../shared/adapters/tls/gateway-call.js'),
  ]);
  const probing = {
    createCertificates: createProbeCertificates,
    call: (call: GatewayCall, client: CanaryCertificate) => callGateway(call, client),
  };
  return { deployed, probing, clock: systemClock, sleep: wait, output: process.stdout, notes: { write: note } };
}

export function canaryCommand(world: (options: StackOptions) => Promise<CanaryCommandWorld> = here): Command {
  const command = new Command('canary');
  withStack(command.command('probes'))
    .description('find out which unusual certificates the gateway of a domain takes; see docs/canary.md')
    .requiredOption('--domain <name>', 'a canary of the deployed settings with "probes": true')
    .option(
      '--out <file>',
      'where to write the CAs that go into the truststore for the time of the test',
      'probe-cas.pem',
    )
    .option('--wait <minutes>', 'how long to wait until the gateway trusts them: 1 to 60', '30')
    .option('--json', 'print the outcome as one line of JSON')
    .action(async (options: ProbeOptions) => {
      process.exitCode = await runProbes(options, await world(options));
    });
  return command;
}

/** @returns 0 all rules are settled, 1 some are not */
export async function runProbes(options: ProbeOptions, world: CanaryCommandWorld): Promise<number> {
  const { deployed, probing, clock, sleep, output, notes } = world;
  const canary = canaryOf(options.domain, deployed.config);
  const waitMs = waitOf(options.wait) * MINUTE_MS;
  const certificates = await probing.createCertificates(clock.now(), ordinaryCertificates(waitMs));
  let isWritten = false;
  const addAuthorities = async (): Promise<void> => {
    await writeNew(options.out, certificates.authorities);
    isWritten = true;
    notes.write(whatToDo(canary, options, deployed.config));
  };
  let probed: ProbedGateway;
  try {
    probed = await probeRules(canary, certificates, waitMs, addAuthorities, {
      ...{ clock, sleep, call: probing.call },
      ...{ probes: deployed.stores.probes, probed: deployed.stores.probed },
      progress: (run, waited) => notes.write(progressText(run, waited)),
    });
  } finally {
    if (isWritten)
      notes.write(
        `Take the CAs of ${options.out} out of the truststore again: update the domain name back to the version from before.\n`,
      );
  }
  output.write(options.json === true ? jsonLine(probed) : outcomesText(probed));
  return probedKinds.every((kind) => probed.outcomes[kind].outcome !== 'undecided') ? 0 : 1;
}

/**
 * Without the setting the deployed functions would count the probes' refusals.
 * @throws MtlsWatchError `usage`
 */
function canaryOf(domain: string, { canaries }: Config): Canary {
  const canary = canaries.find((one) => one.domain === domain);
  if (canary?.probes === true) return canary;
  const probing = canaries.filter(({ probes }) => probes).map((one) => one.domain);
  throw new MtlsWatchError(
    'usage',
    `--domain got ${clean(domain, 120)}; expected a canary of the deployed settings with "probes": true, so that its refusals are not counted${probing.length === 0 ? '; there is none' : `: ${probing.join(', ')}`}`,
  );
}

/** @throws MtlsWatchError `usage` */
function waitOf(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 60) return Number(text);
  throw new MtlsWatchError('usage', `--wait got ${clean(text, 40)}; expected minutes from 1 to 60`);
}

/** @throws MtlsWatchError `usage` */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw new MtlsWatchError('usage', `--out got ${clean(path, 200)}: ${messageOf(error)}; expected a new file`, {
      cause: error,
    });
  }
}

function whatToDo({ domain }: Canary, { out, wait: minutes }: ProbeOptions, { truststores }: Config): string {
  const uri = truststoreUri(domain, truststores) ?? 's3://BUCKET/KEY';
  const [, bucket = 'BUCKET', key = 'KEY'] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const name = 'probe-truststore.pem';
  return [
    `${domain} refuses strangers, as it should. Add the CAs of ${out} to its truststore within ${minutes} minutes.`,
    'Their private keys are gone, and they expire in two hours. In another terminal:',
    '',
    `  aws s3 cp ${quote(uri)} ${name}`,
    `  cat ${quote(out)} >> ${name}`,
    `  VERSION=$(aws s3api put-object --bucket ${quote(bucket)} --key ${quote(key)} --body ${name} --query VersionId --output text)`,
    `  aws apigateway update-domain-name --domain-name ${quote(domain)} \\`,
    '    --patch-operations "op=replace,path=/mutualTlsAuthentication/truststoreVersion,value=$VERSION"',
    '',
    '',
  ].join('\n');
}

function progressText(run: number, waitedMs: number): string {
  const seconds = Math.round(waitedMs / 1000);
  return run === 0 ? `refused still, after ${seconds} s\n` : `let in, ${run} in a row, after ${seconds} s\n`;
}

const KINDS: Readonly<Record<ProbedKind, string>> = {
  'chain-of-five': 'a client below five CA certificates',
  'server-only': 'an extended key usage for servers only',
  p521: 'a key on the curve P-521',
  pss: 'a signature with RSASSA-PSS',
};

function outcomesText({ domain, at, outcomes }: ProbedGateway): string {
  const rows = probedKinds.map((kind) => {
    const { outcome, because } = outcomes[kind];
    const shown = { 'let-in': pc.green('let in'), refused: pc.red('refused'), undecided: pc.yellow('undecided') }[
      outcome
    ];
    return [KINDS[kind], shown, because === null ? '' : clean(because, 200)];
  });
  const day = new Date(at).toISOString().slice(0, 10);
  return `${pc.bold(`Seen at the gateway of ${domain} on ${day}`)}\n${table(['Certificate', 'Outcome', ''], rows)}`;
}
