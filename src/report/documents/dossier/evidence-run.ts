import { clip, formatNumber, formatTime } from '../../numbers.ts'
import { code, type Line } from '../blocks.ts'
import { demandsOf, environmentOf, objectAt, pluginsOf } from '../recorded.ts'
import { type DocumentSource, signOffs } from '../source.ts'
import { names } from './evidence-words.ts'
import type { Evidence } from './point.ts'

type Found = Evidence | undefined

/** The run, its result and its model, by digest. */
export function version({ record }: DocumentSource): Found {
  const { model } = record.result
  const made: Line = model === null ? [' No model was made.'] : [', model ', code(model.digest)]
  return { text: ['Run ', code(record.id), ', digest ', code(record.digest), ...made], at: 'card-provenance' }
}

/** The run before, which a difference can be told from. */
export function previous({ record }: DocumentSource): Found {
  if (record.previous === null)
    return { text: 'The first run of this pipeline in its store: there is none before it.', at: 'card-provenance' }
  return {
    text: ['Follows the run of digest ', code(record.previous), '; ', code('daybook diff'), ' tells what changed.'],
    at: 'card-provenance',
  }
}

/** What ran: tool, engine, system. */
export function software({ record }: DocumentSource): Found {
  const { tool, node, os, arch } = record.observed
  const { v8, icu } = environmentOf(record)
  const more = [v8 && `V8 ${v8}`, icu && `ICU ${icu}`].filter(Boolean).join(', ')
  return { text: `${tool}, Node ${node}${more === '' ? '' : `, ${more}`}, ${os} ${arch}`, at: 'card-provenance' }
}

/** The machine that trained, and how long it took. */
export function machine({ record }: DocumentSource): Found {
  const { cpu, cpus, threads, durationMs, arch } = record.observed
  return {
    text: `${cpu} (${arch}), ${formatNumber(threads)} of ${formatNumber(cpus)} threads, ${formatNumber(durationMs / 1000)} s`,
    at: 'card-provenance',
  }
}

/** Plugins by code digest. */
export function plugins({ view }: DocumentSource): Found {
  const used = pluginsOf(view)
  const known = used.filter((one) => one.code !== undefined)
  if (used.length === 0) return undefined
  return {
    text: [
      `${formatNumber(used.length)} plugins, ${formatNumber(known.length)} of them with the digest of their code: `,
      ...names(used.map(({ plugin }) => plugin)),
    ],
    at: 'card-provenance',
  }
}

/** Plugins that did not come with Daybook. */
export function foreign({ view }: DocumentSource): Found {
  const used = pluginsOf(view).filter(({ builtIn }) => !builtIn)
  if (used.length === 0)
    return { text: 'No plugin from elsewhere took part: all came with Daybook.', at: 'card-provenance' }
  return {
    text: ['From elsewhere: ', ...names(used.map((one) => one.package ?? one.plugin))],
    at: 'card-provenance',
  }
}

/** The lock file of the packages that the run stood on. */
export function lockfile({ record }: DocumentSource): Found {
  const found = environmentOf(record).lockfile
  return found && { text: [code(found.file), ' ', code(found.digest)], at: 'card-provenance' }
}

/** Targets of deployment and their files. */
export function targets({ view }: DocumentSource): Found {
  const deployed = view.cells.filter(({ isTarget }) => isTarget)
  if (deployed.length === 0) return undefined
  return {
    text: deployed.flatMap(({ id, plugin, output }, i) => [
      i === 0 ? '' : '; ',
      code(id),
      ` by ${plugin}, `,
      output === null ? 'which wrote nothing' : code(output),
    ]),
    at: 'card-provenance',
  }
}

/** Sign-offs, in a role or any. */
export function approvals(source: DocumentSource, role?: string): Found {
  const given = signOffs(source).filter((one) => role === undefined || one.role === role)
  if (given.length === 0) return undefined
  return {
    text: given.flatMap(({ role, at, key }, i) => [
      i === 0 ? '' : '; ',
      `${clip(role, 60)} at ${formatTime(at)} by key `,
      code(key.slice(0, 16)),
    ]),
    at: 'card-owner',
  }
}

/** Somebody signed off whose key is not that of who attested the run, or two who are not one. */
export function twoPersons(source: DocumentSource): Found {
  const keys = new Set(signOffs(source).map(({ key }) => key))
  const all = new Set([...keys, ...(source.signed?.provenance ?? [])])
  if (keys.size === 0 || all.size < 2) return undefined
  return { text: `${formatNumber(all.size)} different keys signed the run or its approval`, at: 'card-owner' }
}

/** Roles that must sign before anything is deployed. */
export function demands({ view }: DocumentSource): Found {
  const demanded = demandsOf(view)
  if (demanded.length === 0) return undefined
  const waits = demanded.filter(({ by }) => by === undefined).length
  return {
    text: [
      'Before it deploys, the page demands: ',
      ...names(demanded.map(({ role }) => role)),
      waits === 0 ? '; all were given' : `; ${formatNumber(waits)} waited for when the run ended`,
    ],
    at: 'card-owner',
  }
}

/** Signed statement of where the run came from. */
export function provenance({ signed }: DocumentSource): Found {
  if (signed === undefined || signed.provenance.length === 0) return undefined
  return {
    text: ['SLSA provenance signed by key ', ...names(signed.provenance.map((id) => id.slice(0, 16)))],
    at: 'card-provenance',
  }
}

/** The run's place in the chain, and the files that it holds. */
export function ledger({ signed }: DocumentSource): Found {
  if (signed === undefined) return undefined
  const { number, entry } = signed.entry
  return {
    text: [`Ledger entry ${formatNumber(number)}, `, code(entry), ', chained to the one before'],
    at: 'card-provenance',
  }
}

/** Log of the run. */
export function log({ signed }: DocumentSource): Found {
  if (signed === undefined) return undefined
  return { text: [code('events.ndjson'), ' of the run, ', code(signed.entry.files.events)], at: 'card-provenance' }
}

/** Commit, and what was changed on top. */
export function commit({ record }: DocumentSource): Found {
  const { git } = record.observed
  if (git === undefined) return undefined
  const { patch } = environmentOf(record)
  const changes: Line = !git.dirty
    ? [', nothing changed on top']
    : patch === undefined
      ? [', with changes that were not committed']
      : [', with a patch of digest ', code(patch)]
  return { text: ['Git commit ', code(git.commit), ...changes], at: 'card-provenance' }
}

/** The page, as written and resolved. */
export function pages({ record }: DocumentSource): Found {
  return {
    text: ['Page text ', code(record.page.digest), `, overrides: ${formatNumber(record.overrides.length)}`],
    at: 'resolved',
  }
}

/** Cells, what they took and gave. */
export function cells({ record }: DocumentSource): Found {
  const ran = record.result.cells.filter(({ output }) => output !== null).length
  const taken = record.result.cells.filter((cell) => Object.keys(objectAt(cell, ['inputs'])).length > 0).length
  const fed = taken > 0 ? `, ${formatNumber(taken)} with the digests of what they took` : ''
  return {
    text: `${formatNumber(record.result.cells.length)} cells in order, ${formatNumber(ran)} with the digest of their output${fed}`,
    at: 'card-provenance',
  }
}

/** Warnings, open and silenced. */
export function warnings({ warnings }: DocumentSource): Found {
  const quiet = warnings.filter(({ silenced }) => silenced !== undefined).length
  return {
    text: `${formatNumber(warnings.length - quiet)} warnings stand open, ${formatNumber(quiet)} are silenced by the page`,
    at: 'card-warnings',
  }
}
