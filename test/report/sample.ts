/** The report of the sample, made once for the tests that read it. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../cli/deployed/settings.js';
import { replay } from '../../cli/replay/replay.js';
import { type ReportCollector, reportCollector } from '../../cli/replay/report.js';
import type { Replayed } from '../../cli/replay/types.js';

export const sampleDay = join(import.meta.dirname, '../../sample/day');
export const truststore = join(sampleDay, 'truststore.pem');

export interface Made {
  readonly scene: ReportCollector;
  readonly replayed: Replayed;
  readonly folder: string;
}

export async function makeSampleReport(): Promise<Made> {
  const scene = reportCollector();
  const config = await readConfig(join(sampleDay, 'mtls-watch.json'));
  const replayed = await replay([join(sampleDay, 'logs')], config, truststore, scene);
  const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-report-'));
  await scene.write(replayed, folder, truststore);
  return { scene, replayed, folder };
}
