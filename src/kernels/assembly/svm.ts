// Support vector machines: kernel rows and decisions, the solver.
export * from './svm-rows'
export * from './svm-solver'
