// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mutants are texts of source code.
/**
 * `npm run simulate -- --mutants`: proves that the simulation sees what it should. Each mutant is the product with one
 * deliberate mistake, made in a copy; the simulation must find it. Writes the table of `docs/simulation.md`.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strangersMutants } from './mutants-strangers.js';

interface Replacement {
  readonly from: string;
  readonly to: string;
}

interface Mutant extends Replacement {
  readonly name: string;
  readonly file: string;
  /** A second place in the same file. */
  readonly also?: Replacement;
  /** Whether the siege must find it, in place of the simulation. */
  readonly isSiege?: true;
}

const memory = 'shared/adapters/memory/index.ts';
const memoryFacts = 'shared/adapters/memory/facts.ts';
const pairing = 'shared/join/pairing.ts';
const correlate = 'shared/join/correlate.ts';
const pipeline = 'shared/pipeline.ts';
const ledger = 'shared/count/record.ts';
const waiting = 'shared/count/settle.ts';
const storm = 'shared/join/shed-load.ts';
const outbox = 'shared/notify/outbox.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'join: a claim ignores that both halves are there',
    file: memory,
    from: 'return isWhole || cell.claimedBy !== null ? cell',
    to: 'return (isWhole && false) || cell.claimedBy !== null ? cell',
  },
  {
    name: 'join: a claim takes over what another sweep claimed',
    file: memory,
    from: 'return isWhole || cell.claimedBy !== null ? cell',
    to: 'return isWhole ? cell',
  },
  {
    name: 'join: every half believes that it came second',
    file: memory,
    from: 'return { half, batchId, second };',
    to: 'return { half, batchId, second: second || true };',
  },
  {
    name: 'join: a taken slot is overwritten',
    file: memory,
    from: 'return cell.denial === null ? { ...cell, denial',
    to: 'return cell !== null ? { ...cell, denial',
  },
  {
    name: 'join: both batches count a request that is whole',
    file: pairing,
    from: "if (cell.claimedBy !== null || !mine.second || mine.batchId !== attempt.batchId) return { kind: 'counted' };",
    to: "if (cell.claimedBy !== null) return { kind: 'counted' };",
  },
  {
    name: 'join: the owner is whoever sees the second half, not who brought it',
    file: pairing,
    from: '!mine.second || mine.batchId !== attempt.batchId)',
    to: '!mine.second)',
  },
  {
    name: 'join: a record that comes after the claim counts again',
    file: pairing,
    from: 'if (cell.claimedBy !== null || !mine.second',
    to: 'if (!mine.second',
  },
  {
    name: 'forged ids: the extended id is not compared',
    file: pairing,
    from: 'return a.extendedRequestId === null || b.extendedRequestId === null ||',
    to: 'return a.kind !== b.kind ||',
  },
  {
    name: 'forged ids: a second denial of one request id is taken for the first',
    file: pairing,
    from: "return move(attempt, half, 'event', carried);\n  return half.extendedRequestId",
    to: "return { kind: 'counted' };\n  return half.extendedRequestId",
  },
  {
    name: 'forged ids: every batch counts a denial that nothing ties',
    file: pairing,
    from: "if (firstHeldBy !== batchId) return { kind: 'counted' };",
    to: "if (firstHeldBy === '') return { kind: 'counted' };",
  },
  {
    name: 'forged ids: a half that is seen in a taken cell is not carried along',
    file: correlate,
    from: 'if (carried.length > 0) await join.put(carried);',
    to: 'if (carried.length > 1e9) await join.put(carried);',
  },
  {
    name: 'join: an id from a neighbouring line is trusted in every delivery',
    file: pairing,
    from: "(half.requestId !== '' && half.isIdBorrowed !== true)",
    to: "half.requestId !== ''",
  },
  {
    name: 'facts: an increment in place of a put',
    file: memoryFacts,
    from: 'if (known === undefined || known.requests < value.requests) values.set(key, value);',
    to: "values.set(key, known !== undefined && 'batchId' in value ? { ...value, count: (known as never as { count: number }).count + (value as never as { count: number }).count } : value);",
  },
  {
    name: 'facts: the key lacks the batch, so that one batch replaces another',
    file: memoryFacts,
    from: 'grow(ofMinute, fact.batchId, fact);',
    to: "grow(ofMinute, '', fact);",
  },
  {
    name: 'facts: left to the invocation that joins, not written by a retry',
    file: ledger,
    from: 'const facts = countFailures(grouped, batchId);',
    to: 'const facts = countFailures(grouped, `${batchId} ${randomUUID()}`);',
  },
  {
    name: 'groups: the bound of issuers is not kept',
    file: memory,
    from: 'if (inside.size < most) inside.add(issuerDn);',
    to: 'inside.add(issuerDn);',
  },
  {
    name: 'groups: admission is forgotten when the bound is reached',
    file: memory,
    from: 'return new Set(issuerDns.filter((issuerDn) => inside.has(issuerDn)));',
    to: 'return new Set(issuerDns.filter((issuerDn) => inside.size < limits.issuersPerScopeMax && inside.has(issuerDn)));',
  },
  {
    name: 'waiting: the id of a list is the batch alone',
    file: correlate,
    from: "id: digest('waiting', batchId, ...halves.map(({ key, event }) => `${key} ${event}`)),",
    to: "id: digest('waiting', batchId),",
  },
  {
    name: 'waiting: a retry lists its records under another id',
    file: correlate,
    from: "id: digest('waiting', batchId, 'records', place),",
    to: "id: digest('waiting', batchId, 'records', place, ...waiting.map(({ key }) => key)),",
  },
  {
    name: 'sweep: what settles is whoever sweeps, not the list',
    file: correlate,
    from: 'return `settle-${waiting.id}`;',
    to: "return digest('settle', waiting.id, Math.floor(performance.now() * 1e6));",
  },
  {
    name: 'sweep: settling ignores who owns the claim',
    file: correlate,
    from: 'if (cell.claimedBy === batchId) alone.push(cell.denial.half);',
    to: 'if (cell.claimedBy !== null) alone.push(cell.denial.half);',
  },
  {
    name: 'sweep: a list is removed before its facts are written',
    file: waiting,
    from: 'const settled = await settle(waiting, stores.join);',
    to: 'const settled = (await stores.waiting.remove(waiting), await settle(waiting, stores.join));',
  },
  {
    name: 'sweep: a denial whose place another record took is left alone',
    file: correlate,
    from: "if (outcome.kind === 'move') parted.push(outcome.attempt);",
    to: "if (outcome.kind === 'failure') parted.push(startAttempt(cell.denial.half, batchId));",
  },
  {
    name: 'sweep: halves are settled before their grace is over',
    file: waiting,
    from: 'clock.now() + config.graceMinutes * MINUTE_MS;',
    to: 'clock.now();',
  },
  {
    name: 'roll-up: the hour is marked before its facts are written',
    file: ledger,
    from: 'const counted = world.stores.facts.put(facts, forbidden);',
    to: 'const counted = markHours(facts, world).then(() => world.stores.facts.put(facts, forbidden));',
    also: { from: 'counted.then(() => markHours(unexpected, world));', to: 'counted;' },
  },
  {
    name: 'roll-up: every mark looks like the one before',
    file: ledger,
    from: 'const token = randomUUID();',
    to: "const token = 'mark';",
  },
  {
    name: 'roll-up: closing removes a mark that was set meanwhile',
    file: memory,
    from: 'if (marks.get(key)?.token === open.token) marks.delete(key);',
    to: "if (open.token !== 'none') marks.delete(key);",
  },
  {
    name: 'roll-up: a sweep that finishes late overwrites a fuller one',
    file: memory,
    from: 'grow(rollups, open.hour, rollup);',
    to: 'rollups.set(open.hour, rollup);',
  },
  {
    name: 'roll-up: hours are closed once, late facts or not',
    file: memory,
    from: 'for (const { group, hour, token } of hours) marks.set',
    to: 'for (const { group, hour, token } of hours) if (!rollups.has(keyOf(group, hour))) marks.set',
  },
  {
    name: 'roll-up: an hour without a mark is expected by nobody',
    file: memory,
    from: 'expected.set(nameOfExpected(fact), fact);',
    to: 'expected.delete(nameOfExpected(fact));',
  },
  {
    name: 'outbox: cleared before it is published',
    file: outbox,
    from: 'await publisher.publish(notice);\n      await stores.outbox.clear(notice.noticeId);',
    to: 'await stores.outbox.clear(notice.noticeId);\n      await publisher.publish(notice);',
  },
  {
    name: 'outbox: sent by every invocation that sees it',
    file: outbox,
    from: 'if (!(await stores.outbox.take(notice.noticeId, now, now + limits.sendingMsMax))) {',
    to: 'if (now < 0) {',
  },
  {
    name: 'outbox: a notice that stays holds nothing back',
    file: outbox,
    from: 'if (heldBack.has(notice.incidentId)) continue;',
    to: 'if (heldBack.has(notice.noticeId)) continue;',
  },
  {
    name: 'outbox: the notice is put after the transition, in a step of its own',
    file: 'shared/incidents/announce.ts',
    from: 'await world.stores.incidents.transition({ ...incident, told }, notice);',
    to: 'if (await world.stores.incidents.transition(incident, null)) await world.publisher.publish(notice);',
  },
  {
    name: 'incident: the version is not compared',
    file: memory,
    from: 'if ((incidents.get(id)?.version ?? 0) !== next.version - 1) return false;',
    to: '',
  },
  {
    name: 'incident: the resolve has the id of its trigger',
    file: 'shared/incidents/incident.ts',
    from: 'return `${next.incidentId}-${next.version}`;',
    to: 'return next.incidentId;',
  },
  {
    name: 'incident: the sweep does not look at what fires',
    file: pipeline,
    from: 'const groups = firing.filter(isLookedAt).map((incident) => incident.group);',
    to: 'const groups = firing.filter((incident) => incident.version === 0).map((incident) => incident.group);',
  },
  {
    name: 'storm: a retry chooses its own sampling rate',
    file: storm,
    from: 'return stores.storm.fixRate(`${batchId} ${kind}`, samplingRate(load));',
    to: 'return samplingRate(load);',
  },
  {
    name: 'storm: a sampled request does not stand for the others',
    file: pairing,
    from: 'const weight = 1 / Math.min(denial.rate, rate);',
    to: 'const weight = 1 / Math.min(1, denial.rate / denial.rate, rate / rate);',
  },
  {
    name: 'storm: what a request stands for is not taken off the unknown ones',
    file: 'shared/count/count.ts',
    from: 'if (failure.weight !== 1) add(samplingCorrection(failure));',
    to: 'if (failure.weight < 0) add(samplingCorrection(failure));',
  },
  {
    name: 'storm: denials outside the sample are not counted',
    file: pipeline,
    from: "unsampled.map((denial) => unpairedFailure(denial, 'not-sampled'))",
    to: "unsampled.slice(unsampled.length).map((denial) => unpairedFailure(denial, 'not-sampled'))",
  },
  {
    name: 'table: a claim ignores that both halves are there',
    file: 'shared/adapters/dynamodb/join.ts',
    from: "(attribute_not_exists(#denial) OR attribute_not_exists(#access))'",
    to: "(attribute_not_exists(#denial) OR attribute_exists(#pk))'",
  },
  {
    name: 'table: a claim takes over what another sweep claimed',
    file: 'shared/adapters/dynamodb/join.ts',
    from: "'attribute_not_exists(#claimedBy) AND (",
    to: "'attribute_exists(#pk) AND (",
  },
  {
    name: 'table: a taken slot is overwritten',
    file: 'shared/adapters/dynamodb/join.ts',
    from: 'return `#${half.kind} = if_not_exists(#${half.kind}, :${half.kind})`;',
    to: 'return `#${half.kind} = :${half.kind}`;',
  },
  {
    name: 'table: whoever comes last was first',
    file: 'shared/adapters/dynamodb/join.ts',
    from: 'SET #first = if_not_exists(#first, :first),',
    to: 'SET #first = :first,',
  },
  {
    name: 'table: it forgets that an id came from another line',
    file: 'shared/adapters/dynamodb/halves.ts',
    from: 'const borrowed = half.isIdBorrowed === true ? [1] : [];',
    to: 'const borrowed = half.isIdBorrowed === true ? [0] : [];',
  },
  {
    name: 'table: facts never grow',
    file: 'shared/adapters/dynamodb/items.ts',
    from: "'attribute_not_exists(#requests) OR #requests < :requests'",
    to: "'attribute_not_exists(#requests)'",
  },
  {
    name: 'table: closing removes a mark that was set meanwhile',
    file: 'shared/adapters/dynamodb/rollups.ts',
    from: "expression: '#stamp = :stamp',",
    to: "expression: 'attribute_exists(#stamp)',",
  },
  {
    name: 'table: the bound of issuers is not kept',
    file: 'shared/adapters/dynamodb/groups.ts',
    from: "'attribute_not_exists(#issuers) OR size(#issuers) <= :room'",
    to: "'attribute_not_exists(#pk) OR attribute_exists(#pk)'",
  },
  {
    name: 'table: the version of an incident is not compared',
    file: 'shared/adapters/dynamodb/incidents.ts',
    from: "const IS_NEXT = '#version = :before';",
    to: "const IS_NEXT = 'attribute_exists(#version)';",
  },
  {
    name: 'table: a notice that no transition listed is sent',
    file: 'shared/adapters/dynamodb/outbox.ts',
    from: 'if (list.includes(one.sk) || list.includes(one.notice.noticeId)) listed.push(one);',
    to: 'if (list.includes(one.sk) || list.length < 1e6) listed.push(one);',
  },
  {
    name: 'table: a notice in hand is taken again',
    file: 'shared/adapters/dynamodb/outbox.ts',
    from: "'attribute_exists(#pk) AND (attribute_not_exists(#takenUntil) OR #takenUntil <= :now)'",
    to: "'attribute_exists(#pk)'",
  },
  {
    name: 'table: a notice overtakes one of its incident that was put off',
    file: 'shared/adapters/dynamodb/outbox.ts',
    from: 'inTryingOrder(await firstOnes(due, table))',
    to: 'inTryingOrder(due)',
  },
  {
    name: 'outbox: what cannot be sent is put off for good',
    file: outbox,
    from: 'return now + Math.min(limits.putOffMsMax,',
    to: 'return now + 1e12 + Math.min(limits.putOffMsMax,',
  },
  {
    name: 'sweep: a list that failed is removed all the same',
    file: waiting,
    from: 'due.filter(({ id }) => settled.has(id)),',
    to: 'due.filter(({ id }) => settled.has(id) || failed.has(id)),',
  },
  {
    name: 'roll-up: a fact that is expected and has not come is struck off',
    file: ledger,
    from: 'const expected = one.expected.filter((fact) => holds(facts, fact));',
    to: 'const expected = one.expected.filter((fact) => holds(facts, fact) || fact.minute > 0);',
  },
  {
    name: 'weeks: cells live two days',
    file: 'shared/base/limits.ts',
    from: 'cellDaysMax: COUNTABLE_DAYS + 1,',
    to: 'cellDaysMax: 2,',
  },
  {
    name: 'weeks: facts live two days',
    file: 'shared/base/limits.ts',
    from: 'factDaysMax: 2 * COUNTABLE_DAYS + 1,',
    to: 'factDaysMax: 2,',
  },
  {
    name: 'weeks: lists live two days',
    file: 'shared/base/limits.ts',
    from: 'waitingDaysMax: COUNTABLE_DAYS,',
    to: 'waitingDaysMax: 2,',
  },
  {
    name: 'weeks: events are refused after two days',
    file: 'shared/base/limits.ts',
    from: 'countableDaysMax: COUNTABLE_DAYS,',
    to: 'countableDaysMax: 2,',
  },
  {
    name: 'weeks: events of any age are counted',
    file: 'shared/logs/too-old.ts',
    from: 'at >= oldest;',
    to: 'at >= oldest - 1e12;',
  },
  {
    name: 'weeks: facts that are expected are looked for during three days',
    file: 'shared/base/limits.ts',
    from: 'expectingAllMinute: 41,',
    to: 'expectingAllMinute: 61,',
  },
  {
    name: 'storm: what is not joined counts under the scope of the attempt',
    file: storm,
    from: 'scope: fixed[nameOf(denial)] ?? denial.scope',
    to: "scope: fixed[''] ?? denial.scope",
  },
  ...strangersMutants,
];

const SEEDS_MAX = 3_000;
/** A second or more each. */
const SIEGE_SEEDS_MAX = 100;
const root = new URL('../../', import.meta.url).pathname;

/** The source with the mistake in it. @throws Error where the text that it replaces is not there once */
export function mutated(mutant: Mutant): string {
  let source = readFileSync(join(root, mutant.file), 'utf8');
  for (const { from, to } of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
    if (source.split(from).length !== 2) throw new Error(`${mutant.name}: ${from} is not once in ${mutant.file}`);
    source = source.replace(from, () => to);
  }
  return source;
}

function hunt(mutant: Mutant, seedsMax = SEEDS_MAX): { readonly seed: number; readonly violation: string } | null {
  const copy = mkdtempSync(join(tmpdir(), 'mtls-watch-mutant-'));
  try {
    for (const part of [
      'shared',
      'test/simulation',
      'test/support',
      'test/fixtures',
      'package.json',
      'tsconfig.json',
    ]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, mutant.file);
    writeFileSync(path, mutated(mutant));
    const what = mutant.isSiege ? [String(Math.min(seedsMax, SIEGE_SEEDS_MAX)), 'siege'] : [String(seedsMax)];
    const run = spawnSync(process.execPath, ['--import', 'tsx', 'test/simulation/hunt.ts', ...what], {
      cwd: copy,
      encoding: 'utf8',
    });
    const answer: unknown = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
    if (run.status !== 0) throw new Error(`${mutant.name}: ${run.stderr}`);
    return answer as { seed: number; violation: string } | null;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/**
 * Hunts every mutant, or those with `wanted` in their name; all of them fill the table of `docs/simulation.md`.
 * @returns the exit code: 1 where one survived
 */
export function runMutants(wanted?: string, seedsMax = SEEDS_MAX): number {
  // A text that is no longer there is told before the long run.
  for (const mutant of mutants) mutated(mutant);
  const CONTROL: Mutant = { name: 'no mistake', file: memory, from: 'const EMPTY: Cell', to: 'const EMPTY: Cell' };
  if (hunt(CONTROL, 100) !== null) throw new Error('the simulation finds a violation where there is no mistake');
  const rows: string[] = [];
  let survivors = 0;
  for (const mutant of mutants.filter(({ name }) => wanted === undefined || name.includes(wanted))) {
    const found = hunt(mutant, seedsMax);
    if (found === null) survivors++;
    const violation = found?.violation.replaceAll('|', '\\|') ?? '**survived**';
    rows.push(`| ${mutant.name} | ${found?.seed ?? `over ${seedsMax}`} | ${violation} |`);
    console.log(`${String(found?.seed ?? 'survived').padStart(9)}  ${mutant.name}: ${found?.violation ?? ''}`);
  }
  if (wanted === undefined) {
    const page = join(root, 'docs/simulation.md');
    const text = readFileSync(page, 'utf8');
    const table = ['| the mistake | seeds | what the simulation said first |', '|---|---:|---|', ...rows].join('\n');
    writeFileSync(
      page,
      text.replace(/(<!-- mutants -->\n)[\s\S]*?(<!-- \/mutants -->)/, (_, a, b) => `${a}${table}\n${b}`),
    );
  }
  console.log(`${rows.length} mutants, ${survivors} survived`);
  return survivors === 0 ? 0 : 1;
}
