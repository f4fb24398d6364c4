// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mutants are texts of source code.
/** Mistakes in how halves are joined, sampled, grouped and counted. */

import type { Mutant } from './mutant.js';

const memory = 'shared/adapters/memory/index.ts';
const memoryFacts = 'shared/adapters/memory/facts.ts';
const connections = 'shared/join/connections.ts';
const pairing = 'shared/join/pairing.ts';
const correlate = 'shared/join/correlate.ts';
const pipeline = 'shared/pipeline.ts';
const ledger = 'shared/count/record.ts';
const storm = 'shared/join/storm.ts';

export const mistakesInCounting: readonly Mutant[] = [
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
    name: 'storm: a retry chooses its own sampling rate',
    file: storm,
    from: 'const { joined, left } = sample(denials, rate);',
    to: 'const { joined, left } = sample(denials, rate < 0 ? 1 : samplingRate(load));',
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
    name: 'storm: what is not joined counts under the scope of the attempt',
    file: storm,
    from: 'scope: scopes[nameOf(denial)] ?? denial.scope',
    to: "scope: scopes[''] ?? denial.scope",
  },
  {
    name: 'storm: what an earlier batch brought is not known',
    file: storm,
    from: 'boolean => foreign.size === 0 || !foreign.has(markOf(eventId));',
    to: 'boolean => foreign.size >= 0 || !foreign.has(markOf(eventId));',
  },
  {
    name: 'storm: what another batch left out is joined',
    file: storm,
    from: 'return { halves: joined.filter(isOurs), unsampled',
    to: 'return { halves: joined, unsampled',
  },
  {
    name: 'storm: a batch of which all is joined is on no list',
    file: storm,
    from: '  const foreign = await enrolledEarlier(minute, denials',
    to: '  if (rate === 1) return { ...NOTHING, halves: denials };\n  const foreign = await enrolledEarlier(minute, denials',
  },
  {
    name: 'storm: whoever comes later has what is his',
    file: memory,
    from: 'list.findIndex(([id]) => id === batchId),',
    to: 'list.length,',
  },
  {
    name: 'storm: a record chooses its sampling rate with each attempt',
    file: storm,
    from: "const rate = await storm.fixRate(partOf(batchId, 'access', minute), samplingRate(load));",
    to: "const rate = (await storm.fixRate(partOf(batchId, 'access', minute), samplingRate(load))) && samplingRate(load);",
  },
  {
    name: 'doors: every batch counts the connections that it carries',
    file: connections,
    from: 'access?.batchId === batchId ? byEvent',
    to: 'access?.batchId !== null ? byEvent',
  },
  {
    name: 'doors: a connection is known by its log event only',
    file: 'shared/join/sample.ts',
    from: "connectionId === '' ? cellKey.event",
    to: 'connectionId !== null ? cellKey.event',
  },
  {
    name: 'doors: the door is forgotten',
    file: connections,
    from: 'door === undefined ? {} : { door }',
    to: 'door !== undefined ? {} : { door }',
  },
  {
    name: 'doors: connections that broke off are not claimed',
    file: connections,
    from: "'cause' in outcome ? [{",
    to: "'cause' in outcome && scope === '' ? [{",
  },
];
