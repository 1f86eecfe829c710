// Support vector machines: kernel rows and decisions, the solver; linear machines.
export * from './svm-primal'
export * from './svm-rows'
export * from './svm-solver'
