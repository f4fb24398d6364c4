/**
 * Credentials as Lambda gives them to a function: in environment variables ("Defined runtime environment variables" in the
 * Lambda Developer Guide). The bundler puts this in place of the SDK's chain of providers, whose others a function never
 * asks: files, single sign-on, containers, instance metadata.
 */

export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
