import { newToken } from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

export interface TokenOptions extends CommonOptions {
  readonly scope?: readonly string[]
  readonly until?: string
  readonly note?: string
}

/** Makes a token: prints it once, with the line that a token file keeps of it. */
export async function tokenNew({ scope = [], until, note }: TokenOptions, terminal: Terminal): Promise<number> {
  const allowed = scope.length === 0 ? ['infer'] : scope.flatMap((word) => word.split(','))
  const { token, line } = await newToken(allowed, until, note)
  terminal.envelope({ formatVersion: '1.0', ok: true, token, line })
  terminal.result(`token ${token}`)
  terminal.result(`line  ${line}`)
  terminal.message('The token is shown this once. Add the line to the file that `daybook serve --tokens FILE` reads.')
  return 0
}
