/** `readBatch` with all of its readers at hand, for tests and benchmarks that need its answer at once. */

import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import * as late from '../../shared/logs/late-readers.js';
import type { DomainsByApi } from '../../shared/logs/log-source.js';
import { parseWith } from '../../shared/logs/parse.js';
import type { LogBatch, Parsed } from '../../shared/model/index.js';

export const parse = (
  batch: LogBatch,
  domains?: DomainsByApi,
  byAccount?: boolean,
  formats?: FormatsByLogGroup,
): Parsed => parseWith(late, batch, domains, byAccount, formats);
