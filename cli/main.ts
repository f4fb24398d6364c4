#!/usr/bin/env node
/** The command line: one verb a file. Exit codes: 0 done, 1 the answer is "no", 2 usage, unreadable input, or nothing that could be judged. */
import { Command } from 'commander';
import { auditCommand } from './commands/audit.js';
import { backtestCommand } from './commands/backtest.js';
import { canaryCommand } from './commands/canary.js';
import { costCommand } from './commands/cost.js';
import { diagnoseCommand } from './commands/diagnose.js';
import { doctorCommand } from './commands/doctor.js';
import { expiryCommand } from './commands/expiry.js';
import { incidentsCommand } from './commands/incidents.js';
import { initCommand } from './commands/init.js';
import { notifyTestCommand } from './commands/notify-test.js';
import { preflightCommand } from './commands/preflight.js';
import { redriveCommand } from './commands/redrive.js';
import { replayCommand } from './commands/replay.js';
import { reportCommand } from './commands/report.js';
import { ackCommand, silenceCommand } from './commands/silence.js';
import { tailCommand } from './commands/tail.js';
import { observeClients } from './inputs/clients.js';
import { endWithReader, reportFailure } from './terminal/failures.js';

const program = new Command('mtls-watch')
  .description('Tells which client certificates an API Gateway custom domain refuses, why, and what to change.')
  .configureOutput({ outputError: (text, write) => write(`${text.trim()}; see mtls-watch --help\n`) })
  .exitOverride()
  .addCommand(initCommand())
  .addCommand(replayCommand())
  .addCommand(diagnoseCommand())
  .addCommand(auditCommand())
  .addCommand(preflightCommand(observeClients))
  .addCommand(expiryCommand(observeClients))
  .addCommand(backtestCommand())
  .addCommand(doctorCommand())
  .addCommand(redriveCommand())
  .addCommand(reportCommand())
  .addCommand(costCommand())
  .addCommand(silenceCommand())
  .addCommand(ackCommand())
  .addCommand(canaryCommand())
  .addCommand(tailCommand())
  .addCommand(incidentsCommand())
  .addCommand(notifyTestCommand());

for (const command of program.commands) {
  command.copyInheritedSettings(program);
  for (const nested of command.commands) nested.copyInheritedSettings(command);
}

endWithReader(process.stdout);
endWithReader(process.stderr);
// Node 20 is supported here as far as the SDK works on it; its advice in eight lines stood before every answer.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, (text) => process.stderr.write(text));
}
