/**
 * The most memory that this process ever had resident, in KiB. Not `process.resourceUsage().maxRSS`, which a forked process
 * inherits from the one that forked it; the kernel counts VmHWM anew for each program.
 */

import { readFileSync } from 'node:fs';

export function peakKib() {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
}
