/**
 * What the pipeline asks of the world, and nothing more: stores, output, and the two together with the clock and the
 * settings.
 */

export * from './output.js';
export * from './stores.js';
export * from './world.js';
