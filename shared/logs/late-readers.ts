/**
 * The readers of records that most deliveries do not hold: of formats that a team made itself, of text, of broken JSON, and
 * of vended execution logs. `readBatch` loads them together when the first such record comes.
 */

export { addLikely, readRecord } from './read-record.js';
export { recordFormat } from './record-format.js';
export { isForbiddenRecord, labelledFields } from './text-record.js';
export { vendedJson, vendedText } from './vended.js';
