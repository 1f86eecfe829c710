import { defineDeploy } from 'daybook/plugin'
import { npmPackage, npmParams } from './npm-package.ts'

/** The model as an artifact of the OCI. */
export default defineDeploy({
  id: 'oci',
  version: 1,
  summary: 'Writes the model as an OCI image layout: an artifact that registries of containers take.',
  description:
    'The one layer is the npm package as `npm pack` makes it, so that what a registry gives back can be installed. Equal models give equal digests. Tools that copy layouts (`oras`, `skopeo`) push it.',
  params: npmParams,
  async deploy(params, ctx) {
    const { name, model, packaging, write } = ctx
    const { name: packageName, files } = await npmPackage(params, ctx)
    const layer = await packaging.tarball(files)
    const title = `${packageName.replace(/^@/, '').replace('/', '-')}-${params.version}.tgz`
    const image = await packaging.image({
      artifactType: 'application/vnd.daybook.model.v1',
      config: {
        mediaType: 'application/vnd.daybook.model.config.v1+json',
        content: { format: 1, pipeline: name, task: model.task, model: model.digest },
      },
      layers: [
        {
          bytes: layer,
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          annotations: { 'org.opencontainers.image.title': title },
        },
      ],
      annotations: {
        'daybook.model': model.digest,
        'org.opencontainers.image.title': name,
        'org.opencontainers.image.version': params.version,
      },
      tag: params.version,
    })
    for (const [path, bytes] of image) await write(path, bytes)
    return { layer: title, bytes: layer.length }
  },
})
