import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { packageRun, packTarball, verifyPackage } from '../../src/index.ts'
import { imageFaults } from '../../src/package/check-image.ts'
import { makeModel, unpacked } from './packed.ts'

const made = makeModel(t)

t.test('oci: an image layout whose blobs are what they are named by, equal every time', async (t) => {
  const { store, record, model } = await made
  const params = ['package="@acme/loans"', 'version=2.1.0']
  const folder = await unpacked(t.testdir(), await made, 'oci', params)
  const blob = (digest: string): Buffer => readFileSync(join(folder, 'blobs/sha256', digest.replace('sha256:', '')))
  const json = (bytes: Buffer): JsonObject => JSON.parse(bytes.toString())
  t.same(json(readFileSync(join(folder, 'oci-layout'))), { imageLayoutVersion: '1.0.0' })
  const index = json(readFileSync(join(folder, 'index.json')))
  const [found] = index.manifests as unknown as [{ digest: string; size: number; mediaType: string }]
  t.equal(found.mediaType, 'application/vnd.oci.image.manifest.v1+json')
  t.equal(blob(found.digest).length, found.size)
  const manifest = json(blob(found.digest)) as unknown as {
    readonly config: { digest: string }
    readonly layers: readonly { digest: string; size: number; annotations: Record<string, string> }[]
  }
  t.match(manifest, {
    schemaVersion: 2,
    artifactType: 'application/vnd.daybook.model.v1',
    annotations: { 'daybook.model': model.digest, 'org.opencontainers.image.version': '2.1.0' },
    layers: [{ annotations: { 'org.opencontainers.image.title': 'acme-loans-2.1.0.tgz' } }],
  })
  t.match(json(blob(manifest.config.digest)), { pipeline: 'loans', task: 'binary', model: model.digest })
  for (const { digest } of [found, manifest.config, ...manifest.layers])
    t.equal(`sha256:${digestBytes(blob(digest))}`, digest)
  t.match(await verifyPackage(folder), { verdict: 'identical', examples: 24, notes: [] })

  // What `npm pack` would make of the npm target's files lies in the layer.
  const npm = await packageRun(store, record, { target: 'npm', params, env: {} })
  const files = new Map([...npm].filter(([path]) => path !== 'daybook-package.json'))
  t.equal(`sha256:${digestBytes(await packTarball(files))}`, manifest.layers[0]?.digest)
  for (const [path, bytes] of await packageRun(store, record, { target: 'oci', params, env: {} }))
    t.ok(readFileSync(join(folder, path)).equals(bytes), path)

  const at = join(folder, 'blobs/sha256', found.digest.replace('sha256:', ''))
  const bytes = readFileSync(at)
  writeFileSync(at, bytes.subarray(1))
  t.match(await verifyPackage(folder), { verdict: 'different', faults: [/blobs\/sha256\/.* was changed/] })
  rmSync(at)
  t.match(await verifyPackage(folder), { verdict: 'different', faults: [/is missing/] })
})

t.test('a layout with a list of its own lies is found out by its hashes', async (t) => {
  const { store, record } = await made
  const files = await packageRun(store, record, { target: 'oci', env: {} })
  t.same(imageFaults(files), [])
  const text = (path: string): string => Buffer.from(files.get(path) as Uint8Array).toString()
  const changed = (path: string, content: string) =>
    imageFaults(new Map<string, Uint8Array>([...files, [path, Buffer.from(content)]]))
  const [found] = JSON.parse(text('index.json')).manifests as [{ digest: string; size: number }]
  const at = `blobs/sha256/${found.digest.slice(7)}`
  t.match(changed(at, text(at).replace('2', '3')), [`${at} does not hold what it is named by`])
  t.match(changed('index.json', text('index.json').replace(/"size":\d+/, '"size":1')), [/has \d+ bytes, not 1/])
  t.match(changed('index.json', text('index.json').replace(/sha256:../, 'sha256:zz')).at(0), /is missing/)
  t.match(changed('index.json', '{"manifests":7}'), [/names no blobs/])
  t.match(changed('index.json', '['), [/JSON/])
  t.match(changed('oci-layout', '{}'), [/another version/])
})

t.test('an npm package in one file, which npm installs without a network', async (t) => {
  const { store, record, model } = await made
  const files = await packageRun(store, record, { target: 'npm', env: {} })
  const tarball = await packTarball(files)
  t.same(await packTarball(new Map([...files].reverse())), tarball, 'equal bytes in any order')
  const empty = t.testdir({ 'package.json': '{ "name": "user", "private": true, "type": "module" }' })
  writeFileSync(join(empty, 'model.tgz'), tarball)
  execFileSync('npm', ['install', '--offline', '--ignore-scripts', './model.tgz'], { cwd: empty, stdio: 'ignore' })
  const row = { income: 2000, debt: 30, purpose: 'car' }
  const program = `import { score } from 'loans-model'; console.log(JSON.stringify(score(${JSON.stringify(row)})))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: empty,
    encoding: 'utf8',
  })
  t.equal(said.trim(), JSON.stringify(model.predictRows([row])[0]))
  const installed = join(empty, 'node_modules/loans-model')
  t.ok(existsSync(installed))
  t.match(await verifyPackage(installed), { verdict: 'identical', examples: 24 })
})
