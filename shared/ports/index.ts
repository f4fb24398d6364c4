/**
 * The interfaces between the pipeline and the outside: stores, output, and both together with the clock and the
 * settings.
 */

export * from './output.js';
export * from './stores.js';
export * from './world.js';
