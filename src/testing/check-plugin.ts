import { asDaybookError } from '../base/errors.ts'
import type { Defined, Plugin, PluginKind } from '../plugin/api.ts'
import { algorithmChecks } from './checks/algorithm.ts'
import { compressChecks } from './checks/compress.ts'
import { dataChecks } from './checks/data.ts'
import { conductChecks, declarationChecks } from './checks/declaration.ts'
import { deployChecks } from './checks/deploy.ts'
import { metricChecks } from './checks/metric.ts'
import { optimizerChecks } from './checks/optimizer.ts'
import { preprocessChecks } from './checks/preprocess.ts'
import type { Check, Finding } from './finding.ts'
import { type CheckOptions, Subject } from './subject.ts'

const checksOf: { readonly [Kind in PluginKind]: (subject: Subject<Kind>) => Check[] } = {
  data: dataChecks,
  preprocess: preprocessChecks,
  algorithm: algorithmChecks,
  optimizer: optimizerChecks,
  compress: compressChecks,
  metric: metricChecks,
  deploy: deployChecks,
}

/** The part of a tap-like test object that {@link conformance} needs. */
export interface TapLike {
  pass(message: string): unknown
  fail(message: string): unknown
}

/** What a plugin does against the contract; nothing where it keeps it. Findings of one check end it, not the others. */
export async function checkPlugin(plugin: Plugin, options: CheckOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const { found } of runChecks(plugin, options)) findings.push(...found)
  return findings
}

/** Runs the conformance suite as assertions of a test: one `pass` a check that holds, one `fail` a finding. */
export async function conformance(t: TapLike, plugin: Plugin, options: CheckOptions = {}): Promise<void> {
  for await (const { check, found } of runChecks(plugin, options)) {
    if (found.length === 0) t.pass(check.name)
    for (const { message } of found) t.fail(`${check.name}: ${message}`)
  }
}

async function* runChecks(plugin: Plugin, options: CheckOptions): AsyncGenerator<{ check: Check; found: Finding[] }> {
  const subject = new Subject(plugin as Defined<PluginKind>, options)
  try {
    yield* checksOn(subject)
  } finally {
    await subject.close()
  }
}

async function* checksOn(subject: Subject): AsyncGenerator<{ check: Check; found: Finding[] }> {
  const { plugin } = subject
  const declaration = declarationChecks(subject)
  let usable = true
  for (const check of declaration) {
    const found = await findingsOf(check)
    usable &&= found.length === 0 || check !== declaration[0]
    yield { check, found }
  }
  if (!usable) return // its hooks may be missing
  const own = checksOf[plugin.kind] as (subject: Subject) => Check[]
  for (const check of [...own(subject), ...conductChecks(subject)]) yield { check, found: await findingsOf(check) }
}

async function findingsOf({ name, run }: Check): Promise<Finding[]> {
  const found: Finding[] = []
  try {
    for await (const message of run()) found.push({ check: name, message })
  } catch (thrown) {
    found.push({ check: name, message: asDaybookError(thrown).message })
  }
  return found
}
