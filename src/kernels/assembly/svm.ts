// Support vector machines: kernel rows and decisions, the solver over a kernel, the solver of linear machines.
export * from './svm-rows'
export * from './svm-solver'
export * from './svm-linear'
