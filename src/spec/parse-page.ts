import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import { type DaybookError, type ErrorDetails, fail, failAll, type Place } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { guardText } from './guard-depth.ts'
import { type Mark, makePage, type Page, placesIn, type Spot } from './page.ts'

/** Values that aliases may add to a page. */
const aliasLimit = 10_000

/** Keys that reach into the prototypes of objects. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses the text of a page: YAML 1.2, core schema, one document, a map at the root. Aliases become copies, so that
 * every value has a place of its own.
 *
 * @param file How errors name it.
 * @param folder Absolute folder that its relative paths start from.
 * @throws DaybookError SPEC_… with everything that was found as `.all`
 */
export function parsePage(text: string, file: string, folder: string): Page {
  const plain = text.startsWith('\ufeff') ? text.slice(1) : text
  const toPlace = placesIn(file, plain)
  guardText(plain, toPlace)
  const document = parseYaml(plain, toPlace)
  const builder = new ValueBuilder(toPlace)
  const { value, spot } = builder.build(document.contents)
  if (builder.errors.length > 0) throw failAll(sortByPlace(builder.errors))
  if (value === null) throw fail('SPEC_EMPTY', {}, { at: toPlace([0, 1]) })
  if (typeof value !== 'object' || Array.isArray(value)) {
    const got = Array.isArray(value) ? 'a list' : 'a single value'
    throw fail('SPEC_NOT_A_MAP', { got }, { at: toPlace(spot.value) })
  }
  return makePage({ file, folder, text: plain, root: value as JsonObject, spot })
}

/** Errors in the order of the text; those without a place last. */
export function sortByPlace(errors: readonly DaybookError[]): DaybookError[] {
  const line = ({ at }: DaybookError) => at?.line ?? Number.POSITIVE_INFINITY
  const outside = ({ at }: DaybookError) => (at === undefined || at.file === '--set' ? 1 : 0)
  return [...errors].sort((a, b) => outside(a) - outside(b) || line(a) - line(b) || (a.at?.col ?? 0) - (b.at?.col ?? 0))
}

// ── text to nodes ───────────────────────────────────────────────────────────────────────────────────────────────────

function parseYaml(text: string, toPlace: (mark: Mark) => Place): Document.Parsed {
  const directive = /^%/m.exec(text.slice(0, Math.max(0, text.search(/^[^%#\s]/m))))
  if (directive !== null) throw fail('SPEC_DIRECTIVE', {}, { at: toPlace([directive.index, directive.index + 1]) })
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false, // checked below: theirs takes quadratic time
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  if (!Array.isArray(documents) || documents.length === 0) throw fail('SPEC_EMPTY', {}, { at: toPlace([0, 1]) })
  const [first, second] = documents as Document.Parsed[]
  const faults = [...(first as Document.Parsed).errors, ...(first as Document.Parsed).warnings]
  if (faults.length > 0) {
    const errors = faults.map(({ code, message, pos }) => yamlError(code, message, text, toPlace, pos))
    const lines = new Set<number | undefined>()
    throw failAll(sortByPlace(errors).filter(({ at }) => !lines.has(at?.line) && lines.add(at?.line)))
  }
  if (second !== undefined) {
    const start = second.range[0]
    const dashes = text.lastIndexOf('---', Math.max(start, 3))
    throw fail('SPEC_SEVERAL_DOCUMENTS', {}, { at: toPlace(dashes > 0 ? [dashes, dashes + 3] : [start, start + 1]) })
  }
  return first as Document.Parsed
}

function yamlError(
  code: string,
  message: string,
  text: string,
  toPlace: (mark: Mark) => Place,
  [start, end]: readonly [number, number],
): DaybookError {
  const at = toPlace([start, Math.max(end, start + 1)])
  if (code === 'TAB_AS_INDENT' || (text[start] === '\t' && code !== 'BAD_SCALAR_START'))
    return fail('SPEC_TAB', {}, { at })
  if (code === 'MULTIPLE_DOCS') return fail('SPEC_SEVERAL_DOCUMENTS', {}, { at })
  if (code === 'TAG_RESOLVE_FAILED')
    return fail('SPEC_TAG', { tag: text.slice(start, end).split(/\s/)[0] ?? '' }, { at })
  if (/^Flow (map|sequence) in block/.test(message)) {
    const reason = 'a bracket that was opened before is not closed here'
    return fail('SPEC_YAML', { reason }, { at, hint: yamlHints.MISSING_CHAR })
  }
  const reason = message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '')
  return fail('SPEC_YAML', { reason }, { at, hint: yamlHints[code] })
}

/** What to do about the faults that writers make most. */
const yamlHints: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'If this is text, quote it: it holds `: `.',
  BAD_SCALAR_START: 'If this is text, quote it.',
  BAD_INDENT: 'Indent what belongs together by the same number of spaces.',
  MISSING_CHAR: 'Close every quote and bracket that was opened.',
  MULTILINE_IMPLICIT_KEY: 'Write a colon after the key, on the same line.',
}

// ── nodes to values ─────────────────────────────────────────────────────────────────────────────────────────────────

interface Built {
  readonly value: Json
  readonly spot: Spot
}

/** Builds plain values beside their places, in the order of the text. */
class ValueBuilder {
  readonly errors: DaybookError[] = []
  readonly #toPlace: (mark: Mark) => Place
  readonly #anchors = new Map<string, Node>()
  /** Anchored nodes that are being built: an alias to one of them would never end. */
  readonly #open = new Set<Node>()
  #aliases = 0
  #copied = 0

  constructor(toPlace: (mark: Mark) => Place) {
    this.#toPlace = toPlace
  }

  build(node: Node | null, mark: Mark = markOf(node), key?: Mark): Built {
    const children = new Map<string | number, Spot>()
    const spot: Spot = key === undefined ? { value: mark, children } : { key, value: mark, children }
    if (this.#aliases > 0 && ++this.#copied > aliasLimit) return { value: null, spot }
    if (node === null) return { value: null, spot }
    if (isAlias(node)) return this.#buildAlias(node, mark, spot)
    const { anchor } = node as Scalar
    if (anchor !== undefined && this.#aliases === 0) this.#anchors.set(anchor, node)
    if (isScalar(node)) return { value: this.#buildScalar(node, mark), spot }
    this.#open.add(node)
    const value = isMap(node)
      ? this.#buildMap(node.items as Pair<Node, Node | null>[], children)
      : this.#buildList(node, children)
    this.#open.delete(node)
    return { value, spot }
  }

  #buildAlias(alias: Alias, mark: Mark, spot: Spot): Built {
    const name = alias.source
    const target = this.#anchors.get(name)
    if (target === undefined || this.#open.has(target)) {
      this.#fault(target === undefined ? 'SPEC_UNKNOWN_ALIAS' : 'SPEC_ALIAS_CYCLE', { name }, mark)
      return { value: null, spot }
    }
    this.#aliases++
    const { value, spot: copied } = this.build(target)
    this.#aliases--
    if (
      this.#copied > aliasLimit &&
      this.#aliases === 0 &&
      !this.errors.some(({ code }) => code === 'SPEC_ALIAS_BOMB')
    ) {
      this.#fault('SPEC_ALIAS_BOMB', { limit: aliasLimit }, mark)
    }
    return { value, spot: { ...spot, children: copied.children } }
  }

  #buildMap(pairs: readonly Pair<Node, Node | null>[], children: Map<string | number, Spot>): Json {
    const entries: [string, Json][] = []
    for (const pair of pairs) {
      const at = markOf(pair.key, pair.value)
      const key = this.#keyOf(pair.key, at)
      if (key === undefined) continue
      const earlier = children.get(key)
      if (earlier !== undefined) {
        this.#fault('SPEC_DUPLICATE_KEY', { key, line: this.#toPlace(earlier.key as Mark).line }, at)
        continue
      }
      const valueMark = pair.value === null ? at : markOf(pair.value, pair.key)
      const { value, spot } = this.build(pair.value, isEmptyRange(valueMark) ? at : valueMark, at)
      entries.push([key, value])
      children.set(key, spot)
    }
    return Object.fromEntries(entries)
  }

  #buildList(node: Node, children: Map<string | number, Spot>): Json {
    const items = isSeq(node) ? (node.items as (Node | null)[]) : []
    return items.map((item, i) => {
      const { value, spot } = this.build(item)
      children.set(i, spot)
      return value
    })
  }

  #keyOf(node: Node | null, at: Mark): string | undefined {
    if (!isScalar(node) || node.value === null || node.value === '') {
      const got = isScalar(node) || node === null ? 'empty' : isAlias(node) ? 'an alias' : 'a list or a map'
      this.#fault('SPEC_BAD_KEY', { got }, at)
      return undefined
    }
    const key = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
    if (!forbidden.has(key)) return key
    this.#fault('SPEC_FORBIDDEN_KEY', { key }, at)
    return undefined
  }

  #buildScalar(node: Scalar, mark: Mark): Json {
    const { value, source } = node
    if (typeof value !== 'number') return value as Json
    const shown = source ?? String(value)
    if (!Number.isFinite(value)) {
      this.#fault('SPEC_BAD_NUMBER', { text: shown, reason: 'it is not finite' }, mark)
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.eE]/.test(shown.replace(/^0x.*/, ''))) {
      const hint = 'If it names something, quote it: then it is text.'
      this.#fault('SPEC_BAD_NUMBER', { text: shown, reason: 'whole numbers go up to 2^53' }, mark, { hint })
    }
    return value === 0 ? 0 : value // -0 is 0
  }

  #fault<C extends Parameters<typeof fail>[0]>(
    code: C,
    values: Parameters<typeof fail<C>>[1],
    mark: Mark,
    details: ErrorDetails = {},
  ): void {
    this.errors.push(fail(code, values, { ...details, at: this.#toPlace(mark) }))
  }
}

function markOf(node: Node | null, otherwise: Node | null = null): Mark {
  const range = node?.range ?? otherwise?.range
  return range === undefined || range === null ? [0, 1] : [range[0], range[1]]
}

function isEmptyRange(mark: Mark): boolean {
  return Array.isArray(mark) && mark[0] === mark[1]
}
