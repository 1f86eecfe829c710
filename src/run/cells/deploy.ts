import { type Digest, digestJson } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ModelManifest } from '../../model/index.ts'
import type { DeployContext } from '../../plugin/api.ts'
import { lazyPackaging } from '../packaging.ts'
import { rowsOf, TEST, TRAIN } from '../split/split.ts'
import type { Answer } from '../task.ts'
import { paramsOf, type TaskContext } from '../task-context.ts'

/** Lets a target write its files: they become objects, and a list of paths. */
export async function runDeploy(ctx: TaskContext, index: number): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const use = ctx.page.deploy[index] as (typeof ctx.page.deploy)[number]
  const { plugin } = await ctx.registry.find('deploy', use.use)
  const manifest = await ctx.json('model')
  const { signature } = manifest as unknown as ModelManifest
  const files = new Map<string, Digest>()
  const model = { manifest: manifest as unknown as ModelManifest, digest: digestJson(manifest) }
  const given: DeployContext<JsonObject> = {
    ...ctx.fitContext(use),
    name: ctx.page.name,
    model: { digest: model.digest, task: signature.task, manifest },
    signature: signature as unknown as JsonObject,
    packaging: lazyPackaging(ctx.packaging, {
      model: { ...model, read: (digest) => ctx.objects.get(digest) },
      registry: ctx.registry,
      rows: async () => {
        const [frame, split] = [await ctx.frame(), await ctx.split()]
        return { training: frame.take(rowsOf(split, TRAIN)), holdOut: frame.take(rowsOf(split, TEST)) }
      },
    }),
    write: async (path, content) => {
      if (!isInside(path)) throw fail('RUN_BAD_PATH', { plugin: use.use, path }, { plugin: use.use })
      files.set(path, await ctx.objects.put(typeof content === 'string' ? new TextEncoder().encode(content) : content))
    },
  }
  const told = await ctx.timed(() => plugin.deploy(paramsOf(use), given))
  ctx.shown.facts(told ?? {})
  return {
    outputs: { files: await ctx.putJson(Object.fromEntries(files)) },
    facts: { files: [...files.keys()].sort() },
  }
}

/** True for a relative path of plain names, the same on every system. */
function isInside(path: string): boolean {
  return path.split('/').every((name) => /^[\w.@+-]+( [\w.@+-]+)*$/.test(name) && name !== '.' && name !== '..')
}
