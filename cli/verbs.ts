/** The verbs, in the order in which help lists them. A verb's code is loaded only when it is asked for. */

import { Command } from 'commander';
import { withQuiet } from './terminal/quiet.js';

interface Verb {
  readonly does: string;
  readonly load: () => Promise<Command>;
}

const VERBS: Readonly<Record<string, Verb>> = {
  init: {
    does: 'write the settings that watch the mutual-TLS domains of this account and Region',
    load: async () => (await import('./commands/init.js')).initCommand(),
  },
  replay: {
    does: 'put recorded logs through the pipeline and show what it counts and says',
    load: async () => (await import('./commands/replay.js')).replayCommand(),
  },
  diagnose: {
    does: 'tell whether the gateway would take a certificate, and if not, why and what to change',
    load: async () => (await import('./commands/diagnose.js')).diagnoseCommand(),
  },
  audit: {
    does: 'tell what is wrong with a truststore, or soon will be',
    load: async () => (await import('./commands/audit.js')).auditCommand(),
  },
  preflight: {
    does: 'tell who would be refused, and who let in, with a new truststore',
    load: async () => (await import('./commands/preflight.js')).preflightCommand(),
  },
  expiry: {
    does: 'tell which certificates in use expire when, the busiest first',
    load: async () => (await import('./commands/expiry.js')).expiryCommand(),
  },
  backtest: {
    does: 'score a count series with the production detector',
    load: async () => (await import('./commands/backtest.js')).backtestCommand(),
  },
  doctor: {
    does: 'check that refusals are seen: domains, truststores, logs, filters, and mtls-watch itself',
    load: async () => (await import('./commands/doctor.js')).doctorCommand(),
  },
  redrive: {
    does: 'put batches of the dead-letter queue through ingest again; they are counted once',
    load: async () => (await import('./commands/redrive.js')).redriveCommand(),
  },
  backfill: {
    does: 'count exported logs of the past in the deployed stack; --dry-run says what it costs',
    load: async () => (await import('./commands/backfill.js')).backfillCommand(),
  },
  report: {
    does: 'write the report of a week: a page, JSON and CSV',
    load: async () => (await import('./commands/report.js')).reportCommand(),
  },
  cost: {
    does: 'tell what a month costs on AWS, by service',
    load: async () => (await import('./commands/cost.js')).costCommand(),
  },
  silence: {
    does: 'hold notices back for a while; counting goes on',
    load: async () => (await import('./commands/silence.js')).silenceCommand(),
  },
  ack: {
    does: 'take an incident in hand: it is not repeated until it escalates',
    load: async () => (await import('./commands/silence.js')).ackCommand(),
  },
  canary: {
    does: "find out what the gateway of a domain takes, with the canary's certificates",
    load: async () => (await import('./commands/canary.js')).canaryCommand(),
  },
  tail: {
    does: 'show refused requests as they happen, each with its verdict; Ctrl-C ends it',
    load: async () => (await import('./commands/tail.js')).tailCommand(),
  },
  incidents: {
    does: 'what fires, with what was told of it, acknowledgements and silences',
    load: async () => (await import('./commands/incidents.js')).incidentsCommand(),
  },
  runbook: {
    does: "print a page of the runbooks, filled in for an incident: what to do, and the partner's letter",
    load: async () => (await import('./commands/runbook.js')).runbookCommand(),
  },
  config: {
    does: 'check settings before they are deployed, and print their JSON Schema',
    load: async () => (await import('./commands/config.js')).configCommand(),
  },
  completion: {
    does: 'print a script that completes verbs and options in a shell',
    load: async () => (await import('./commands/completion.js')).completionCommand(allVerbs),
  },
  'notify-test': {
    does: 'send a marked sample notice to a topic',
    load: async () => (await import('./commands/notify-test.js')).notifyTestCommand(),
  },
};

export const verbNames: readonly string[] = Object.keys(VERBS);

/** Every verb, loaded. */
async function allVerbs(): Promise<readonly Command[]> {
  return Promise.all(Object.values(VERBS).map(loaded));
}

async function loaded({ does, load }: Verb): Promise<Command> {
  const command = (await load()).description(does);
  // A verb with an argument of its own does something by itself, whatever is nested in it.
  const isLeaf = command.commands.length === 0 || command.registeredArguments.length > 0;
  for (const leaf of [...(isLeaf ? [command] : []), ...command.commands]) withQuiet(leaf);
  return command;
}

/** The verb that the arguments ask for, as a command that can be run; for the others their name and what they do. */
export async function verbCommands(args: readonly string[]): Promise<readonly Command[]> {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : words[0];
  return Promise.all(
    Object.entries(VERBS).map(async ([name, verb]) =>
      name === asked ? loaded(verb) : new Command(name).description(verb.does),
    ),
  );
}
