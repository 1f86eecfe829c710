import { resolve } from 'node:path'
import { type DaybookError, fail, failAll } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { ParamSchema, ParamValue } from '../plugin/api.ts'
import { checkValue, type Issue } from '../plugin/check-params.ts'
import { sectionName } from '../spec/check-structure.ts'
import { type Page, readPage } from '../spec/index.ts'
import { sortByPlace } from '../spec/parse-page.ts'
import { valueHint } from '../spec/value-hint.ts'
import type { DriftWatching } from './drift-watch.ts'
import type { Batching, ServeLimits } from './limits.ts'
import type { ModelWords } from './load-named.ts'

/** Everything that a server is told by a file. Paths are absolute. */
export interface ServeFile {
  readonly models: readonly ModelWords[]
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly management?: { readonly host?: string | undefined; readonly port?: number | undefined } | false | undefined
  /** File of the tokens that are taken. */
  readonly tokens?: string | undefined
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined
  /** File of the public key that must have signed what is served. */
  readonly key?: string | undefined
  readonly store?: string | undefined
  readonly threads?: number | undefined
  readonly limits?: Partial<ServeLimits> | undefined
  readonly batching?: Partial<Batching> | undefined
  /** False: drift is not watched. */
  readonly drift?: DriftWatching | false | undefined
  /** File of the receipts, and of the private key that signs them. */
  readonly receipts?: { readonly file: string; readonly key?: string | undefined } | undefined
}

const run = { type: 'string', minLength: 1, maxLength: 200 } as const
const port = { type: 'integer', minimum: 0, maximum: 65_535, default: null } as const
const path = { type: 'string', minLength: 1, default: null } as const

function count(minimum: number, maximum: number) {
  return { type: 'integer', minimum, maximum, default: null } as const
}

const schema = {
  type: 'object',
  properties: {
    daybookServe: { const: 1 },
    models: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: {
        anyOf: [
          run,
          {
            type: 'object',
            properties: {
              name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$', default: null },
              champion: run,
              challenger: { ...run, default: null },
              versions: { type: 'array', items: run, maxItems: 100, default: [] },
            },
          },
        ],
      },
    },
    host: { type: 'string', minLength: 1, default: null },
    port,
    management: {
      anyOf: [
        { const: false },
        { type: 'object', properties: { host: { type: 'string', minLength: 1, default: null }, port } },
      ],
      default: null,
    },
    tokens: path,
    tls: {
      type: 'object',
      properties: { certificate: { type: 'string', minLength: 1 }, key: { type: 'string', minLength: 1 } },
      default: null,
    },
    drift: {
      anyOf: [
        { const: false },
        { type: 'object', properties: { window: count(100, 1_000_000), perSecond: count(1, 1_000_000) } },
      ],
      default: null,
    },
    receipts: {
      type: 'object',
      properties: { file: { type: 'string', minLength: 1 }, key: path },
      default: null,
    },
    key: path,
    store: path,
    threads: count(0, 64),
    limits: {
      type: 'object',
      properties: {
        bodyBytes: count(1000, 2 ** 30),
        rows: count(1, 1_000_000),
        timeoutMs: count(100, 600_000),
        connections: count(1, 100_000),
        graceMs: count(0, 600_000),
        waitMs: count(1, 60_000),
      },
      default: null,
    },
    batching: {
      type: 'object',
      properties: {
        maxBatchSize: count(1, 100_000),
        maxDelayMs: count(0, 1000),
        maxQueue: count(1, 100_000),
      },
      default: null,
    },
  },
} as const satisfies ParamSchema

/**
 * Reads a serve file: YAML or JSON.
 *
 * @throws DaybookError SPEC_…, all that is wrong at once, each at its line
 */
export async function readServeFile(file: string): Promise<ServeFile> {
  const page = await readPage(file)
  const errors = checkValue(schema, page.root).map((issue) => errorOf(issue, page))
  if (errors.length > 0) throw failAll(sortByPlace(errors))
  const { models, tokens, tls, key, store, receipts, ...rest } = page.root as unknown as Partial<
    ParamValue<typeof schema>
  >
  const located = (given: string | null | undefined) => (given ? resolve(page.folder, given) : undefined)
  // What holds a path separator is a package's folder.
  const run = (word: string): string => (/[/\\]/.test(word) ? resolve(page.folder, word) : word)
  const words = (models ?? []).map((model): ModelWords => {
    if (typeof model === 'string') return { champion: run(model) }
    const { champion, challenger, versions } = model
    return {
      ...model,
      champion: run(champion),
      challenger: challenger && run(challenger),
      versions: versions?.map(run),
    }
  })
  checkTwice(words, page)
  return {
    ...(rest as ServeFile),
    models: words,
    tokens: located(tokens),
    tls: tls ? { certificate: resolve(page.folder, tls.certificate), key: resolve(page.folder, tls.key) } : undefined,
    key: located(key),
    receipts: receipts ? { file: resolve(page.folder, receipts.file), key: located(receipts.key) } : undefined,
    store: located(store),
  }
}

function checkTwice(models: readonly ModelWords[], page: Page): void {
  const names = models.map(({ name, champion }) => name ?? champion)
  const twice = names.findIndex((name, i) => names.indexOf(name) < i)
  if (twice < 0) return
  const expected = 'a name that no other model has'
  const at = page.place(models[twice]?.name === undefined ? ['models', twice] : ['models', twice, 'name'])
  throw fail('SPEC_BAD_VALUE', { key: 'name', got: JSON.stringify(names[twice]), expected }, { at })
}

function errorOf({ path, problem }: Issue, page: Page): DaybookError {
  const section = path.length < 2 ? 'a serve file' : sectionName(path.slice(0, -1))
  const last = path.at(-1)
  const key = typeof last === 'number' ? sectionName(path).slice(1, -1) : String(last ?? 'the file')
  switch (problem.type) {
    case 'unknown': {
      const near = nearest(problem.key, problem.allowed)
      const hint = near === undefined ? `There are ${problem.allowed.join(', ')}.` : `did you mean \`${near}\`?`
      return fail('SPEC_UNKNOWN_KEY', { key: problem.key, section }, { at: page.place(path, 'key'), hint })
    }
    case 'missing':
      return fail('SPEC_MISSING_KEY', { key, section, expected: problem.expected }, { at: page.place(path, 'key') })
    default: {
      const { got, expected } = problem
      return fail('SPEC_BAD_VALUE', { key, got, expected }, { at: page.place(path), hint: valueHint(problem) })
    }
  }
}
