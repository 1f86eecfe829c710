// A process that runs the small run and kills itself at a step: node crash-child.js FOLDER RUN STEP
import { killAt } from './disk-faults.ts'
import { smallRun } from './small-run.ts'

const [folder = '', run = '', step = '0'] = process.argv.slice(2)
await smallRun(folder, run, killAt(Number(step)))
