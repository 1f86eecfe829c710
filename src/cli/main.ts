#!/usr/bin/env node
import { createRequire } from 'node:module'

// `--version` answers before anything else is loaded.
const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string }
const args = process.argv.slice(2)
if (args[0] === '--version' || args[0] === '-V') {
  process.stdout.write(`${version}\n`)
} else {
  const { main } = await import('./program.ts')
  process.exitCode = await main(args, version)
}
