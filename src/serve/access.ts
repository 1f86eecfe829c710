import { createHash, timingSafeEqual } from 'node:crypto'
import { fail } from '../base/errors.ts'

/** What a token allows: to ask for scores, to load and unload models, to read metrics. */
export type Scope = 'infer' | 'admin' | 'metrics'

export const scopes: readonly Scope[] = ['infer', 'admin', 'metrics']

/** A token as a server knows it: never the token itself. */
export interface StoredToken {
  /** SHA-256 of the token. */
  readonly hash: Buffer
  readonly scopes: readonly Scope[]
  /** First moment at which it is no longer taken, in milliseconds since 1970. */
  readonly until?: number | undefined
}

/** Whether a request may do what needs a scope: `unknown` where it brings no token that is taken here. */
export type AccessCheck = (authorization: string | undefined, scope: Scope) => 'allowed' | 'unknown' | 'forbidden'

/**
 * Who may ask. Without tokens everybody may, who reaches a loopback address alone.
 *
 * @throws DaybookError SERVE_NEEDS_TOKEN where the address is open to others and there is no token
 */
export function accessCheck(host: string, tokens: () => readonly StoredToken[]): AccessCheck {
  if (tokens().length === 0 && !isLoopback(host)) throw fail('SERVE_NEEDS_TOKEN', { host })
  const open = tokens().length === 0
  return (authorization, scope) => {
    if (open) return 'allowed'
    const given = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1] ?? ''
    const found = find(hashOf(given), tokens())
    if (given === '' || found === undefined) return 'unknown'
    return found.scopes.includes(scope) ? 'allowed' : 'forbidden'
  }
}

/** Compares with every token, so that the time tells nothing of which is near. */
function find(hash: Buffer, tokens: readonly StoredToken[]): StoredToken | undefined {
  let found: StoredToken | undefined
  for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token
  return found?.until !== undefined && Date.now() >= found.until ? undefined : found
}

/** Digests have one length, so comparing them tells nothing about the token's. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** A token that allows everything, as it is given on the command line or in the environment. */
export function plainToken(token: string): StoredToken {
  return { hash: hashOf(token), scopes }
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
