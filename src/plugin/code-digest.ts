import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { type Digest, digestBytes, digestJson } from '../base/digest.ts'

/**
 * Digest of a local plugin's code: the file and everything that it imports by relative path, by content. Paths go in
 * relative to the plugin's folder, so that another checkout of the same files has the same digest.
 */
export function digestOfLocalCode(file: string): Digest {
  const folder = dirname(realpathSync(file))
  const files = filesOfLocalCode(file)
  return digestOfFiles(
    new Map([...files].map(([path, bytes]) => [portable(relative(folder, path)), digestBytes(bytes)])),
  )
}

/** The files of a local plugin, by real path: its own and everything that it imports by relative path. Runs none of them. */
export function filesOfLocalCode(file: string): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  const waiting = [realpathSync(file)]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue
    const bytes = readFileSync(next)
    found.set(next, bytes)
    for (const specifier of relativeImports(bytes.toString('utf8'))) {
      const target = existingFile(resolve(dirname(next), specifier))
      if (target !== undefined) waiting.push(target)
    }
  }
  return found
}

/** Digest of an npm package's code: its files, its name and version, and those of all that it depends on. */
export function digestOfPackage(folder: string): Digest {
  return digestJson({ files: digestOfFolder(folder), packages: dependenciesOf(realpathSync(folder)) })
}

/** Digest of the files of a folder by relative path and content, without `node_modules` and dot files. */
export function digestOfFolder(folder: string): Digest {
  const found = new Map<string, Digest>()
  const root = realpathSync(folder)
  const visit = (inner: string): void => {
    for (const entry of readdirSync(inner, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const path = join(inner, entry.name)
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) found.set(portable(relative(root, path)), digestBytes(readFileSync(path)))
    }
  }
  visit(root)
  return digestOfFiles(found)
}

/** The nearest folder upward of `from` that holds the package `name` in its `node_modules`. */
export function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (dirname(folder) === folder) return undefined
  }
}

/** What the code reads of a package.json. */
export interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly main?: string
  readonly exports?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
}

/** @throws Error where it is absent or no JSON. */
export function readPackageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson
}

function dependenciesOf(folder: string): string[] {
  const seen = new Map<string, string>()
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue
    const { name, version, dependencies = {} } = readPackageJson(next)
    seen.set(next, `${name}@${version}`)
    for (const dependency of Object.keys(dependencies)) {
      const found = findPackage(dependency, next)
      if (found !== undefined) waiting.push(realpathSync(found))
    }
  }
  return [...new Set(seen.values())].sort(byCodeUnit)
}

/** Specifiers of static, dynamic and `require` imports that start with a dot. A comment that looks like one only adds a file. */
function relativeImports(code: string): string[] {
  const pattern = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"`])(\.{1,2}\/[^'"`\n]+)\1/g
  return [...code.matchAll(pattern)].map((match) => match[2] as string)
}

function existingFile(path: string): string | undefined {
  const candidates = [path, ...['.js', '.mjs', '.cjs', '.ts', '.json'].map((extension) => path + extension)]
  if (extname(path) === '.js') candidates.push(`${path.slice(0, -3)}.ts`)
  const found = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile())
  return found === undefined ? undefined : realpathSync(found)
}

function digestOfFiles(files: ReadonlyMap<string, Digest>): Digest {
  return digestJson([...files].sort(([a], [b]) => byCodeUnit(a, b)).map(([name, digest]) => [name, digest]))
}

function portable(path: string): string {
  return path.split(sep).join('/')
}
