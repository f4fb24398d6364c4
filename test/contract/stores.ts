/**
 * What every store adapter promises, run on each of them. Two containers stand for two invocations that run at the same
 * time on the same world; with one, memory of its own must not hide what the other did.
 */

import { beforeEach, describe } from 'vitest';
import { CLOCK, type Containers, type MakeStores } from './containers.js';
import { describeFacts } from './facts.js';
import { describeIncidents } from './incidents.js';
import { describeJoin } from './join.js';
import { describeKept } from './kept.js';
import { describeProbes } from './probes.js';
import { describeReported } from './reported.js';
import { describeSideBySide } from './side-by-side.js';

export function describeStores(name: string, makeStores: MakeStores): void {
  describe(`stores in ${name}`, () => {
    const containers = {} as Containers;
    beforeEach(async () => {
      const container = await makeStores(CLOCK);
      containers.a = container();
      containers.b = container();
    });
    describeJoin(containers);
    describeFacts(containers);
    describeIncidents(containers);
    describeKept(containers);
    describeProbes(containers);
    describeReported(containers);
    describeSideBySide(makeStores);
  });
}
