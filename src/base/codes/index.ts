import { archiveCodes } from './archive.ts'
import { cliCodes } from './cli.ts'
import { table } from './code.ts'
import { dataCodes } from './data.ts'
import { kernelCodes } from './kernels.ts'
import { modelCodes } from './model.ts'
import { packageCodes } from './package.ts'
import { pluginCodes } from './plugin.ts'
import { reportCodes } from './report.ts'
import { runCodes } from './run.ts'
import { serveCodes } from './serve.ts'
import { signCodes } from './sign.ts'
import { specCodes } from './spec.ts'
import { storeCodes } from './store.ts'

/** The closed table of error codes, one file a layer. */
export const codes = {
  ...specCodes,
  ...dataCodes,
  ...pluginCodes,
  ...kernelCodes,
  ...storeCodes,
  ...signCodes,
  ...archiveCodes,
  ...modelCodes,
  ...runCodes,
  ...packageCodes,
  ...reportCodes,
  ...serveCodes,
  ...cliCodes,
  ...table({
    INTERNAL: {
      message: 'Daybook failed unexpectedly: {reason}',
      hint: 'This is a fault of Daybook. Please report it with the page and the output of `daybook doctor`.',
      exit: 1,
    },
  }),
} as const
