/**
 * `@peculiar/x509` registers its parts with decorators and refuses to load where nobody can hold their metadata. It
 * reads back nothing but absence, so a holder that forgets everything is enough, and a dependency is saved. Import this
 * module before the library.
 */

Object.assign(Reflect, {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  defineMetadata: () => undefined,
});
