/** A value that JSON can hold. Canonical JSON, digests and records are made of these alone. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** A JSON object whose keys are not known beforehand. */
export type JsonObject = { readonly [key: string]: Json | undefined }
