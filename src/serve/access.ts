import { createHash, timingSafeEqual } from 'node:crypto'
import { fail } from '../base/errors.ts'

/** Checks a request's `Authorization` header. */
export type AccessCheck = (authorization: string | undefined) => boolean

/**
 * Who may ask. Without a token everybody may, who reaches a loopback address alone.
 *
 * @throws DaybookError SERVE_NEEDS_TOKEN where the address is open to others and there is no token
 */
export function accessCheck(host: string, token: string | undefined): AccessCheck {
  if (token === undefined || token === '') {
    if (!isLoopback(host)) throw fail('SERVE_NEEDS_TOKEN', { host })
    return () => true
  }
  const expected = hash(token)
  return (authorization) => {
    const given = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1] ?? ''
    return timingSafeEqual(hash(given), expected)
  }
}

/** Digests have one length, so comparing them tells nothing about the token's. */
function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
