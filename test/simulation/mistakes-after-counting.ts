// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mutants are texts of source code.
/** Mistakes in what comes after: sums, lists that wait, incidents, notices, and how the table keeps all of it. */

import type { Mutant } from './mutant.js';

const memory = 'shared/adapters/memory/index.ts';
const correlate = 'shared/join/correlate.ts';
const pipeline = 'shared/pipeline.ts';
const ledger = 'shared/count/record.ts';
const waiting = 'shared/count/settle.ts';
const outbox = 'shared/notify/outbox.ts';

export const mistakesAfterCounting: readonly Mutant[] = [
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
    name: 'other 403s: what another batch named counts again',
    file: 'shared/ports/event-marks.ts',
    from: 'const count = known.size - before;',
    to: 'const count = known.size - before * 0;',
  },
  {
    name: 'other 403s: each batch is looked at alone',
    file: 'shared/ports/event-marks.ts',
    from: '`${fact.cause} ${fact.scope}`',
    to: 'fact.batchId',
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
    to: 'for (const { group, hour, token } of hours) if (!byGroup.get(groupId(group))?.has(hour)) marks.set',
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
    from: 'await world.stores.incidents.transition({ ...incident, told }, whole);',
    to: 'if (await world.stores.incidents.transition({ ...incident, told }, null)) await world.publisher.publish(whole);',
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
    from: 'trimmed([half.isIdBorrowed ? 1 : 0, half.words ?? 0])',
    to: 'trimmed([0, half.words ?? 0])',
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
    // Whoever tries again marks the hour, so that only an invocation that nobody repeats, and that is at work for longer than it
    // takes to close an hour, loses by it.
    test: 'test/count/rollup-race.test.ts',
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
    reach: { store: 'table', isLong: true },
  },
  {
    name: 'weeks: events are refused after two days',
    file: 'shared/base/limits.ts',
    from: 'countableDaysMax: COUNTABLE_DAYS,',
    to: 'countableDaysMax: 2,',
    reach: { isLong: true },
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
    reach: { store: 'table', isLong: true },
  },
  {
    name: 'table: the list of a storm has no order',
    file: 'shared/adapters/dynamodb/storm.ts',
    from: 'list.slice(0, list.indexOf(mine))',
    to: 'list.filter((other) => other !== mine)',
  },
];
