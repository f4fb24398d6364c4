/**
 * `@peculiar/x509` registers its parts with decorators, and throws if `Reflect` has no metadata functions. It only ever
 * reads metadata that is absent, so functions that store nothing are enough, and save a dependency. Import this module
 * before the library.
 */

Object.assign(Reflect, {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  defineMetadata: () => undefined,
});
