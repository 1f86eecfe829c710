import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import type { Digest } from '../base/digest.ts'
import type { RecordedCommit } from '../store/index.ts'

/** What Git may take: it is no part of a run that somebody waits for. */
export interface GitLimits {
  readonly timeoutMs: number
  /** Largest patch that is read to its end. */
  readonly patchBytes: number
}

const limits: GitLimits = { timeoutMs: 2000, patchBytes: 256 * 2 ** 20 }

/**
 * How a patch is written, whatever the user has configured: `git diff HEAD --binary` with these options, piped into
 * `sha256sum`, gives the recorded digest in a clone with the same changes.
 */
const patchOptions = [
  '--binary',
  '--full-index',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--diff-algorithm=myers',
  '--unified=3',
  '--src-prefix=a/',
  '--dst-prefix=b/',
]

/**
 * Commit of the folder, and whether and how files that Git knows were changed: the digest of the patch, whose text is kept
 * nowhere. Undefined where there is no Git.
 */
export async function observeGit(folder: string, within: GitLimits = limits): Promise<RecordedCommit | undefined> {
  const at = ['-C', folder, '--no-optional-locks', '-c', 'core.fsmonitor=false']
  const ask = async (...words: string[]): Promise<string> =>
    (
      await promisify(execFile)('git', [...at, ...words], { timeout: within.timeoutMs, env: environment() })
    ).stdout.trim()
  try {
    const [commit, changes] = await Promise.all([
      ask('rev-parse', 'HEAD'),
      ask('status', '--porcelain', '--untracked-files=no'),
    ])
    if (changes === '') return { commit, dirty: false, patch: null }
    const patch = await digestOfOutput([...at, 'diff', ...patchOptions, 'HEAD'], within)
    return { commit, dirty: true, patch: patch ?? null }
  } catch {
    return undefined
  }
}

/** Variables that a hook sets point Git at its own repository, whatever folder it is asked about. */
function environment(): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env
  return env
}

/** SHA-256 of what Git writes, hashed as it comes; undefined where it fails, or takes too long or too much. */
function digestOfOutput(words: readonly string[], { timeoutMs, patchBytes }: GitLimits): Promise<Digest | undefined> {
  return new Promise((resolve) => {
    const child = spawn('git', words, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeoutMs, env: environment() })
    const hash = createHash('sha256')
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > patchBytes) child.kill()
      else hash.update(chunk)
    })
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code === 0 && bytes <= patchBytes ? hash.digest('hex') : undefined))
  })
}
