/** What `import … from 'mtls-watch/schemas'` gives: the shapes of what leaves mtls-watch, and of its settings. */

export { configSchema } from '../config/settings.js';
export { chatSchema } from '../messages/chat.js';
export { reportSchema } from '../report/schema.js';
export * from './lines.js';
export { OCSF_VERSION, type OtelLogRecord, ocsfEvents, otelLogRecords } from './machines.js';
