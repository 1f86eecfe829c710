// A stale file in dist/ could make a deleted test or plugin look alive: every full build starts empty.
import { rmSync } from 'node:fs'

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
