import { type Digest, digestBytes, digestJson } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ModelManifest } from '../../model/index.ts'
import type { DeployContext, Packaging } from '../../plugin/api.ts'
import { lazyPackaging, type PackageManifest, packageFile } from '../packaging.ts'
import { rowsOf, TEST, TRAIN } from '../split/split.ts'
import type { Answer } from '../task.ts'
import { paramsOf, type TaskContext } from '../task-context.ts'

/** Lets a target write its files: they become objects, and a list of paths. A package gets a list of its files' digests. */
export async function runDeploy(ctx: TaskContext, index: number): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const use = ctx.page.deploy[index] as (typeof ctx.page.deploy)[number]
  const { plugin } = await ctx.registry.find('deploy', use.use)
  const manifest = await ctx.json('model')
  const digest = digestJson(manifest)
  const { signature } = manifest as unknown as ModelManifest
  const objects = new Map<string, Digest>()
  const digests: Record<string, Digest> = {}
  let isPackage = false
  const write: DeployContext['write'] = async (path, content) => {
    if (!isInside(path)) throw fail('RUN_BAD_PATH', { plugin: use.use, path }, { plugin: use.use })
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    digests[path] = digestBytes(bytes)
    objects.set(path, await ctx.objects.put(bytes))
  }
  const given: DeployContext<JsonObject> = {
    ...ctx.fitContext(use),
    name: ctx.page.name,
    model: { digest, task: signature.task, manifest },
    signature: signature as unknown as JsonObject,
    packaging: packagingOf(ctx, manifest as unknown as ModelManifest, digest, () => {
      isPackage = true
    }),
    write,
  }
  const told = await ctx.timed(() => plugin.deploy(paramsOf(use), given))
  ctx.shown.facts(told ?? {})
  if (isPackage) {
    const list: PackageManifest = {
      format: 1,
      pipeline: ctx.page.name,
      target: use.label,
      model: digest,
      files: Object.fromEntries(Object.entries(digests)),
    }
    await write(packageFile, `${JSON.stringify(list, null, 2)}\n`)
  }
  return {
    outputs: { files: await ctx.putJson(Object.fromEntries(objects)) },
    facts: { files: [...objects.keys()].sort() },
  }
}

function packagingOf(ctx: TaskContext, manifest: ModelManifest, digest: Digest, onUse: () => void): Packaging {
  return lazyPackaging(
    ctx.packaging,
    {
      model: { manifest, digest, read: (object) => ctx.objects.get(object) },
      registry: ctx.registry,
      folder: ctx.page.folder,
      rows: async () => {
        const [frame, split] = [await ctx.frame(), await ctx.split()]
        return { training: frame.take(rowsOf(split, TRAIN)), holdOut: frame.take(rowsOf(split, TEST)) }
      },
    },
    onUse,
  )
}

/** True for a relative path of plain names, the same on every system. */
function isInside(path: string): boolean {
  return path.split('/').every((name) => /^[\w.@+-]+( [\w.@+-]+)*$/.test(name) && name !== '.' && name !== '..')
}
