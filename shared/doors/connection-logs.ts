/** The logs of the doors that write one record for each connection, for readers of files. */

import { cloudFront } from './cloudfront/door.js';
import { cloudFrontLog } from './cloudfront/log.js';
import { type ObservedConnection, observeConnection } from './connection-reader.js';
import { fieldsOfText } from './connection-text.js';
import { loadBalancer } from './load-balancer/door.js';
import { loadBalancerLog } from './load-balancer/log.js';
import { isHeader } from './recognize.js';

const logs = [loadBalancerLog, cloudFrontLog];

/** @returns null for what is no record of a connection */
export function observedConnection(message: string): ObservedConnection | null {
  if (!loadBalancer.mayHold(message) && !cloudFront.mayHold(message)) return null;
  return observeConnection(message, logs);
}

/** Whether a line of a file is certainly the record of a connection, or the header of a file of them. */
export function isConnectionText(line: string): boolean {
  if (isHeader(line)) return true;
  return SURE.test(line) && !line.startsWith('{') && !line.startsWith('(') && fieldsOfText(line, null, []) !== null;
}

const SURE = /(?:^|\W)Failed:[A-Z]|NotBefore=|TLSv1|TID_/;
