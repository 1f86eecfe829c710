import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { openPackage } from '../../src/index.ts'
import { loadNamed } from '../../src/serve/load-named.ts'
import { makeModel, unpacked } from '../package/packed.ts'

const made = makeModel(t)
const before = 'export const packed = '

/** A copy of a package whose `model.js` is changed, with a list that says that all is well. */
function forged(from: string, to: string, change: (packed: JsonObject) => JsonObject | string): string {
  cpSync(from, to, { recursive: true })
  const text = readFileSync(join(from, 'model.js'), 'utf8')
  const changed = change(JSON.parse(text.slice(before.length)) as JsonObject)
  const written = typeof changed === 'string' ? changed : `${before}${JSON.stringify(changed)}\n`
  writeFileSync(join(to, 'model.js'), written)
  const list = JSON.parse(readFileSync(join(from, 'daybook-package.json'), 'utf8')) as { files: JsonObject }
  const model = typeof changed === 'string' ? '0'.repeat(64) : digestJson(changed.manifest as Json)
  const files = { ...list.files, 'model.js': digestBytes(new TextEncoder().encode(written)) }
  writeFileSync(join(to, 'daybook-package.json'), JSON.stringify({ ...list, model, files }))
  return to
}

t.test('a package of each target that carries the module opens as the model', async (t) => {
  const { model } = await made
  const rows = [
    { income: 2000, debt: 30, purpose: 'car' },
    { income: null, debt: 700, purpose: 'home' },
  ]
  const folders = t.testdir({ npm: {}, docker: {}, lambda: {}, onnx: {}, none: {} })
  for (const target of ['npm', 'docker', 'lambda']) {
    const opened = await openPackage(await unpacked(join(folders, target), await made, target))
    t.equal(opened.model.digest, model.digest)
    t.equal(opened.manifest.pipeline, 'loans')
    t.same(opened.model.predictRows(rows), model.predictRows(rows), target)
  }
  const onnx = await unpacked(join(folders, 'onnx'), await made, 'onnx')
  await t.rejects(openPackage(onnx), { code: 'PACKAGE_NO_MODEL' })
  await t.rejects(openPackage(join(folders, 'none')), {
    code: 'PACKAGE_BROKEN',
    message: /there is no daybook-package/,
  })
})

t.test('its code is not run, and what is not as it says is refused', async (t) => {
  const folders = t.testdir({ own: {}, forged: {} })
  const own = await unpacked(join(folders, 'own'), await made, 'npm')
  const forge = (change: (packed: JsonObject) => JsonObject | string) => forged(own, join(folders, 'forged'), change)
  const manifestOf = (packed: JsonObject) => packed.manifest as JsonObject & { algorithm: JsonObject }

  await t.rejects(openPackage(forge(() => 'globalThis.ran = true; export const packed = {}')), {
    code: 'PACKAGE_BROKEN',
  })
  await t.rejects(openPackage(forge((packed) => `${before}${JSON.stringify(packed)}; globalThis.ran = true`)), {
    code: 'PACKAGE_BROKEN',
  })
  t.notOk('ran' in globalThis)
  await t.rejects(openPackage(forge(() => `${before}null`)), { code: 'PACKAGE_BROKEN' })
  await t.rejects(openPackage(forge(() => `${before}{"objects":{},"manifest":null}`)), {
    code: /PACKAGE_BROKEN|MODEL_CORRUPT/,
  })
  await t.rejects(openPackage(forge((packed) => ({ ...packed, objects: {} }))), { code: 'PACKAGE_BROKEN' })
  const zeros = (packed: JsonObject) =>
    Object.fromEntries(Object.keys(packed.objects as JsonObject).map((digest) => [digest, 'AAAA']))
  await t.rejects(openPackage(forge((packed) => ({ ...packed, objects: zeros(packed) }))), {
    code: 'PACKAGE_BROKEN',
    message: /does not have its digest/,
  })
  for (const use of ['./index.js', '/etc/passwd', '@acme/models/forest', '../index.js'])
    await t.rejects(
      openPackage(
        forge((packed) => {
          const manifest = manifestOf(packed)
          return { ...packed, manifest: { ...manifest, algorithm: { ...manifest.algorithm, use } } }
        }),
      ),
      { code: 'PACKAGE_NO_MODEL' },
      use,
    )
  const versioned = forge((packed) => {
    const manifest = manifestOf(packed)
    return { ...packed, manifest: { ...manifest, algorithm: { ...manifest.algorithm, version: 99 } } }
  })
  await t.rejects(openPackage(versioned), { code: 'MODEL_PLUGIN_VERSION' })
  // Another threshold between the levels: all digests hold, and the examples do not.
  const other = forge((packed) => {
    const manifest = manifestOf(packed)
    const signature = manifest.signature as JsonObject & { classes: string[] }
    return { ...packed, manifest: { ...manifest, signature: { ...signature, classes: ['yes', 'no'] } } }
  })
  await t.rejects(openPackage(other), { code: 'PACKAGE_NOT_EQUAL' })
})

t.test('serve takes a package where a run could stand', async (t) => {
  const folder = await unpacked(t.testdir(), await made, 'npm')
  const { model } = await made
  const named = await loadNamed({ champion: folder }, join(folder, 'no-store'))
  t.match(named, { name: 'loans', champion: model.digest.slice(0, 12) })
  t.match(named.versions, [{ source: { kind: 'package', folder }, run: undefined }])
  t.equal(named.versions[0]?.model.digest, model.digest)
})
