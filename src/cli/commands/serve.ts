import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fail } from '../../base/errors.ts'
import type { NamedModel, ServeFile, Server, StoredToken } from '../../index.ts'
import {
  createServer,
  openReceipts,
  openServeLog,
  openStore,
  plainToken,
  readServeFile,
  readTokens,
  serveConfiguration,
  storeFolder,
  verifyingKey,
} from '../../index.ts'
import type { RunRecord } from '../../store/record.ts'
import { keyToSignWith } from '../keys.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'
import { modelsOf, type Words } from './serve-words.ts'

export interface ServeCommandOptions extends CommonOptions {
  readonly port?: number
  readonly host?: string
  readonly token?: string
  readonly tokens?: string
  readonly tlsCertificate?: string
  readonly tlsKey?: string
  readonly key?: string
  readonly challenger?: string
  /** False under `--no-management`. */
  readonly management?: number | false
  readonly log?: string
  /** False under `--no-drift`. */
  readonly drift?: boolean
  /** File of the receipts, and the private key that signs them. */
  readonly receipts?: string
  readonly receiptKey?: string
}

/** A server that answers. */
export interface Serving {
  readonly url: string
  readonly port: number
  readonly management: string | undefined
  readonly models: readonly NamedModel[]
  /** Says where it listens, waits until the process is told to stop, and finishes the requests under way. */
  untilStopped(): Promise<void>
}

/** Serves models until it is told to stop. */
export async function serve(
  words: readonly string[],
  options: ServeCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const [first = ''] = words
  const file = words.length === 1 && /\.(ya?ml|json)$/i.test(first) ? first : undefined
  const serving = await start(file === undefined ? { runs: words } : { file }, options, terminal)
  const { url, port, management, models } = serving
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    run: models[0]?.champion ?? '',
    url,
    port,
    management: management ?? null,
    models: models.map(({ name, versions, champion, challenger }) => ({
      name,
      versions: versions.map(({ version }) => version),
      champion,
      challenger: challenger ?? null,
    })),
  })
  await serving.untilStopped()
  return 0
}

/**
 * Starts a server on the model of a run. What was typed goes before what the page's target says.
 *
 * @throws DaybookError SIGN_NOT_APPROVED where the page demands approvals that nobody gave
 */
export async function startServing(
  record: RunRecord,
  folder: string,
  options: ServeCommandOptions,
  terminal: Terminal,
): Promise<Serving> {
  return start({ runs: [record.id] }, { ...options, store: folder }, terminal)
}

async function start(words: Words, options: ServeCommandOptions, terminal: Terminal): Promise<Serving> {
  const told: Partial<ServeFile> = words.file === undefined ? {} : await readServeFile(words.file)
  const folder = told.store ?? storeFolder(undefined, options.store)
  const keyFile = options.key ?? told.key
  const key = keyFile === undefined ? undefined : verifyingKey(read(keyFile, 'public key').toString())
  const models = modelsOf(words, folder, { key, challenger: options.challenger })
  const loaded = await models.load()
  const page = await pageOf(loaded, folder)
  const tokenFile = options.tokens ?? told.tokens
  const readAll = async (): Promise<readonly StoredToken[]> => [
    ...(tokenFile === undefined ? [] : await readTokens(read(tokenFile, 'token file').toString(), tokenFile)),
    ...plain(options.token ?? process.env[page?.tokenVariable ?? 'DAYBOOK_TOKEN']),
  ]
  let tokens = await readAll()
  if (tokenFile !== undefined && tokens.length === 0)
    throw fail('SERVE_BAD_TOKEN', { reason: `${tokenFile} holds none` })
  const port = options.port ?? told.port ?? page?.port ?? 8080
  const [certificate, tlsKey] = [options.tlsCertificate ?? told.tls?.certificate, options.tlsKey ?? told.tls?.key]
  if ((certificate === undefined) !== (tlsKey === undefined))
    throw fail(
      'CLI_USAGE',
      { reason: 'a certificate and its key go together' },
      { hint: 'Give --tls-certificate and --tls-key.' },
    )
  const management = options.management ?? told.management
  const log = await openServeLog(options.log ?? (terminal.quiet || terminal.json ? 'error' : 'info'))
  const receiptFile =
    options.receipts ??
    told.receipts?.file ??
    (page?.receipts === 'signed' ? join(folder, 'receipts.ndjson') : undefined)
  const receipts =
    receiptFile === undefined
      ? undefined
      : await openReceipts(receiptFile, await keyToSignWith(options.receiptKey ?? told.receipts?.key))
  const server = await createServer({
    models: loaded,
    receipts,
    drift: options.drift === false ? false : (told.drift ?? undefined),
    port,
    host: options.host ?? told.host ?? page?.host ?? '127.0.0.1',
    tokens: () => tokens,
    tls:
      certificate === undefined || tlsKey === undefined
        ? undefined
        : { certificate: read(certificate, 'certificate'), key: read(tlsKey, 'key of the certificate') },
    limits: { ...(page && { rows: page.maxRows, timeoutMs: page.timeoutMs }), ...told.limits },
    batching: { ...page?.batching, ...told.batching },
    threads: scoringThreads(options.threads ?? told.threads ?? availableParallelism()),
    management:
      management === false ? undefined : typeof management === 'number' ? { port: management } : (management ?? {}),
    load: (name) => models.loadOne(name),
    log,
  })
  const listening = await server.listen()
  const reload = async (): Promise<void> => {
    try {
      tokens = await readAll()
      for (const name of await models.names()) await server.reload(name).catch(() => {}) // the server has logged why
    } catch (thrown) {
      log.error({ err: thrown }, 'not reloaded, what was served before goes on')
    }
  }
  return { ...listening, models: loaded, untilStopped: () => untilStopped(server, listening, loaded, reload, terminal) }
}

async function untilStopped(
  server: Server,
  { url, management }: Pick<Serving, 'url' | 'management'>,
  models: readonly NamedModel[],
  reload: () => Promise<void>,
  terminal: Terminal,
): Promise<void> {
  for (const { name, versions, champion, challenger } of models) {
    const more = versions.length > 1 ? `, ${versions.length} versions` : ''
    const beside = challenger === undefined ? '' : `, challenger ${challenger}`
    const isPackage = versions.some(({ version, source }) => version === champion && source?.kind === 'package')
    terminal.result(`Serving ${name} (${isPackage ? 'package of model' : 'run'} ${champion}${beside}${more}) on ${url}`)
  }
  if (management !== undefined) terminal.message(`Metrics and the repository of models: ${management}/metrics`)
  terminal.message(
    `Ask for a decision: curl ${url}/predict -H 'content-type: application/json' -d '{"rows":[{…}]}'   (Ctrl-C stops, SIGHUP reloads)`,
  )
  const onReload = (): void => void reload()
  process.on('SIGHUP', onReload)
  await new Promise<void>((done) => {
    process.once('SIGINT', () => done())
    process.once('SIGTERM', () => done())
  })
  process.off('SIGHUP', onReload)
  terminal.message('Stopping: requests under way are finished.')
  await server.close()
}

/** What the page of the first model's champion says of serving. */
async function pageOf(
  [first]: readonly NamedModel[],
  folder: string,
): Promise<Awaited<ReturnType<typeof serveConfiguration>>> {
  const champion = first?.versions.find(({ version }) => version === first.champion)
  if (first === undefined || champion?.source?.kind === 'package') return undefined
  const store = await openStore(folder, { create: false })
  return serveConfiguration(store.runs.folder(first.champion))
}

/** One thread in all is the server's own. */
function scoringThreads(asked: number): number {
  return asked > 1 ? asked : 0
}

function plain(token: string | undefined): readonly StoredToken[] {
  return token === undefined || token === '' ? [] : [plainToken(token)]
}

function read(file: string, what: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw fail('SERVE_FILE_UNREADABLE', { what, file, reason: code ?? message }, { cause: thrown })
  }
}
