import type { DaybookError } from '../base/errors.ts'
import type { Scope } from './access.ts'
import type { Exchange } from './exchange.ts'
import type { MediaType } from './media-type.ts'
import type { ErrorText } from './protocol/protocol.ts'

/** Names in an address, such as of a model and its version. */
export type AddressNames = Readonly<Partial<Record<'model' | 'version', string>>>

/** What answers at an address. A `GET` answers `HEAD` too. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** `/v2/models/{model}/infer`: a name in braces stands for one piece of the path. */
  readonly path: string
  /** What a token must allow; undefined: nobody is asked for one. */
  readonly scope: Scope | undefined
  /** How errors are told here. */
  readonly error: (error: DaybookError) => ErrorText
  /** Which bodies are taken; absent: any body is passed over. */
  readonly takes?: (type: MediaType | undefined) => boolean
  /** What its requests are counted as; absent: they are not. */
  readonly protocol?: string
  /** Does its work belong to what is shed where there is too much? */
  readonly sheds?: boolean
  /** Answers through the exchange, now or later. What it throws is told by `error`. */
  answer(exchange: Exchange, names: AddressNames, body: Buffer, type: MediaType | undefined): void
}

/** Finds routes by their paths. */
export class Routes {
  readonly #fixed = new Map<string, Route[]>()
  readonly #named: { readonly pieces: readonly string[]; readonly routes: Route[] }[] = []

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const same = this.#fixed.get(route.path)
      if (same !== undefined) same.push(route)
      else this.#fixed.set(route.path, [route])
    }
    for (const [path, list] of this.#fixed) {
      if (path.includes('{')) this.#named.push({ pieces: path.split('/'), routes: list })
    }
  }

  /** The routes of a path, one a method, and the names that the path holds; undefined where there are none. */
  find(path: string): { readonly routes: readonly Route[]; readonly names: AddressNames } | undefined {
    const fixed = path.includes('{') ? undefined : this.#fixed.get(path)
    if (fixed !== undefined) return { routes: fixed, names: {} }
    const given = path.split('/')
    for (const { pieces, routes } of this.#named) {
      const names = namesIn(pieces, given)
      if (names !== undefined) return { routes, names }
    }
    return undefined
  }
}

function namesIn(pieces: readonly string[], given: readonly string[]): AddressNames | undefined {
  if (pieces.length !== given.length) return undefined
  const names: Record<string, string> = {}
  for (const [i, piece] of pieces.entries()) {
    const text = given[i] as string
    if (!piece.startsWith('{')) {
      if (piece !== text) return undefined
      continue
    }
    const name = decoded(text)
    if (name === undefined || name === '') return undefined
    names[piece.slice(1, -1)] = name
  }
  return names
}

function decoded(text: string): string | undefined {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return undefined
  }
}
