/** What a refused request may cost in DynamoDB, on the real adapter: write units, and steps that wait for one another. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measured } from '../../cli/cost/measured.js';
import { type LocalDynamo, startDynalite } from '../support/local-table.js';
import { idleSweep, type Life, lifeOf } from '../support/state-cost.js';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
  // The first request loads what is loaded late, which changes what waits for what.
  await lifeOf(dynamo, 1);
});
afterAll(() => dynamo.stop());

const ingested = ({ denials, records }: Life): number => denials.writeUnits + records.writeUnits;
const steps = ({ denials, records }: Life): number[] => [denials.roundTrips, records.roundTrips];

describe('a refused request that comes alone', () => {
  it('costs seven write units when domain, issuer and certificate are seen for the first time of a day', async () => {
    const life = await lifeOf(dynamo, 1);
    expect(ingested(life)).toBe(7);
    expect(steps(life)).toEqual([2, 5]);
    expect(life.settled.writeUnits).toBe(1);
    expect(life.closed.writeUnits).toBe(3);
  });

  it('costs six when no certificate is logged', async () => {
    const life = await lifeOf(dynamo, 1, { logsPem: false });
    expect(ingested(life)).toBe(6);
    expect(steps(life)).toEqual([2, 5]);
  });

  it('costs what the cost model was told', async () => {
    const { denials, records, settled } = await lifeOf(dynamo, 1, { known: 'table' });
    const { closed } = await lifeOf(dynamo, 100);
    const sum = (unit: 'writeUnits' | 'readUnits') => denials[unit] + records[unit] + settled[unit];
    expect(measured.failureAlone).toEqual({ writeUnits: sum('writeUnits'), readUnits: sum('readUnits') });
    expect(measured.groupHour.writeUnits).toBe(closed.writeUnits);
    const { writeUnits, readUnits } = await idleSweep(dynamo);
    expect(measured.idleSweep).toEqual({ writeUnits, readUnits });
  });

  it.each(['table', 'container'] as const)('costs five when all are known to the %s', async (known) => {
    const life = await lifeOf(dynamo, 1, { known });
    expect(ingested(life)).toBe(5);
    expect(steps(life)).toEqual([2, 3]);
  });
});

it('a batch of a hundred of one group costs little more than two each, in a few steps more than one alone', async () => {
  const life = await lifeOf(dynamo, 100);
  expect(ingested(life)).toBeLessThanOrEqual(216);
  // The load, the rate and, for denials, the place on the list of the minute: three and two more than a batch of one takes.
  expect(steps(life)).toEqual([5, 7]);
});

it('a batch of a hundred of a hundred groups takes no more steps', async () => {
  const life = await lifeOf(dynamo, 100, { issuers: 100 });
  expect(steps(life)).toEqual([5, 7]);
});

it('a sweep that finds nothing writes nothing', async () => {
  const { writeUnits, readUnits } = await idleSweep(dynamo);
  expect(writeUnits).toBe(0);
  expect(readUnits).toBeLessThanOrEqual(15);
});
