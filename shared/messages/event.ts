/** A notice as an EventBridge event, with the notice as its detail. Pure. */

import { limits } from '../base/limits.js';
import type { Notice } from '../model/index.js';

export const EVENT_SOURCE = 'mtls-watch';
export const EVENT_DETAIL_TYPE = 'mtls-watch notice';

export function eventOf(notice: Notice, busName: string) {
  const detail = JSON.stringify(notice);
  if (Buffer.byteLength(detail) > limits.eventDetailBytesMax) {
    throw new Error(`notice ${notice.noticeId} is too large for EventBridge`);
  }
  return {
    EventBusName: busName,
    Source: EVENT_SOURCE,
    DetailType: EVENT_DETAIL_TYPE,
    Time: new Date(notice.at),
    Detail: detail,
  };
}
