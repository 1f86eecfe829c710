import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Digest, digestJson, isDigest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import { digestOfFolder } from './code-digest.ts'
import type { PluginKind } from './kinds.ts'
import type { PluginModule, PluginSet, PluginSetEntry } from './registry.ts'

/** A set that was loaded, with digests of its plugins' code. */
export interface OpenSet {
  /** Module that exports it, such as `daybook/plugins`. */
  readonly name: string
  readonly entries: readonly PluginSetEntry[]
  code(kind: PluginKind, id: string): Digest
  /** Where a plugin's code is, if the set says so. */
  module(kind: PluginKind, id: string): PluginModule | undefined
}

/** @throws DaybookError PLUGIN_LOAD_FAILED, PLUGIN_INVALID */
export async function openSet(name: string): Promise<OpenSet> {
  let set: PluginSet
  try {
    set = ((await import(name)) as { default: PluginSet }).default
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fail('PLUGIN_LOAD_FAILED', { plugin: name, reason }, { cause })
  }
  if (!Array.isArray(set?.plugins))
    throw fail('PLUGIN_INVALID', { plugin: name, reason: 'its default export is no set of plugins' })
  let digests: Readonly<Record<string, unknown>> | undefined
  let files: Digest | undefined
  return {
    name,
    entries: set.plugins,
    module(kind, id) {
      const url = set.module?.(kind, id)
      return url === undefined ? undefined : { url, name: 'default' }
    },
    code(kind, id) {
      digests ??= readManifest(set.manifest)
      const digest = digests[`${kind}/${id}`]
      if (isDigest(digest)) return digest
      // A set without manifest, such as one that was compiled a moment ago, stands on all files beside its module.
      files ??= digestOfFolder(dirname(fileURLToPath(import.meta.resolve(name))))
      return digestJson({ files, plugin: `${kind}/${id}` })
    },
  }
}

function readManifest(url: string | undefined): Readonly<Record<string, unknown>> {
  if (url === undefined || !existsSync(fileURLToPath(url))) return {}
  return JSON.parse(readFileSync(fileURLToPath(url), 'utf8')) as Readonly<Record<string, unknown>>
}
