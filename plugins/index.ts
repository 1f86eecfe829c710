import type { PluginSet } from 'daybook/plugin'

/** The plugins that come with Daybook: a set like any other, loaded one by one when a page asks for them. */
const builtIns: PluginSet = {
  manifest: new URL('./manifest.json', import.meta.url).href,
  plugins: [
    { kind: 'data', id: 'csv', load: () => import('./data/csv.ts') },
    { kind: 'data', id: 'json', load: () => import('./data/json.ts') },
    { kind: 'data', id: 'parquet', load: () => import('./data/parquet.ts') },
    { kind: 'data', id: 'sql', load: () => import('./data/sql.ts') },
    { kind: 'data', id: 'synthetic-credit', load: () => import('./data/synthetic-credit.ts') },

    { kind: 'preprocess', id: 'clip', load: () => import('./preprocess/clip.ts') },
    { kind: 'preprocess', id: 'date-parts', load: () => import('./preprocess/date-parts.ts') },
    { kind: 'preprocess', id: 'drop', load: () => import('./preprocess/drop.ts') },
    { kind: 'preprocess', id: 'impute', load: () => import('./preprocess/impute.ts') },
    { kind: 'preprocess', id: 'interactions', load: () => import('./preprocess/interactions.ts') },
    { kind: 'preprocess', id: 'log', load: () => import('./preprocess/log.ts') },
    { kind: 'preprocess', id: 'min-max', load: () => import('./preprocess/min-max.ts') },
    { kind: 'preprocess', id: 'one-hot', load: () => import('./preprocess/one-hot.ts') },
    { kind: 'preprocess', id: 'ordinal', load: () => import('./preprocess/ordinal.ts') },
    { kind: 'preprocess', id: 'robust-scale', load: () => import('./preprocess/robust-scale.ts') },
    { kind: 'preprocess', id: 'standardize', load: () => import('./preprocess/standardize.ts') },
    { kind: 'preprocess', id: 'text-tfidf', load: () => import('./preprocess/text-tfidf.ts') },

    { kind: 'algorithm', id: 'elastic-net', load: () => import('./algorithm/elastic-net.ts') },
    { kind: 'algorithm', id: 'gradient-boosting', load: () => import('./algorithm/gradient-boosting.ts') },
    { kind: 'algorithm', id: 'lasso', load: () => import('./algorithm/lasso.ts') },
    { kind: 'algorithm', id: 'logistic', load: () => import('./algorithm/logistic.ts') },
    { kind: 'algorithm', id: 'neural-network', load: () => import('./algorithm/neural-network.ts') },
    { kind: 'algorithm', id: 'random-forest', load: () => import('./algorithm/random-forest.ts') },
    { kind: 'algorithm', id: 'ridge', load: () => import('./algorithm/ridge.ts') },
    { kind: 'algorithm', id: 'svm', load: () => import('./algorithm/svm.ts') },

    { kind: 'optimizer', id: 'adam', load: () => import('./optimizer/adam.ts') },
    { kind: 'optimizer', id: 'gradient-descent', load: () => import('./optimizer/gradient-descent.ts') },
    { kind: 'optimizer', id: 'momentum', load: () => import('./optimizer/momentum.ts') },
    { kind: 'optimizer', id: 'sgd', load: () => import('./optimizer/sgd.ts') },

    { kind: 'metric', id: 'accuracy', load: () => import('./metric/accuracy.ts') },
    { kind: 'metric', id: 'auc', load: () => import('./metric/auc.ts') },
    { kind: 'metric', id: 'average-precision', load: () => import('./metric/average-precision.ts') },
    { kind: 'metric', id: 'balanced-accuracy', load: () => import('./metric/balanced-accuracy.ts') },
    { kind: 'metric', id: 'brier', load: () => import('./metric/brier.ts') },
    { kind: 'metric', id: 'f1', load: () => import('./metric/f1.ts') },
    { kind: 'metric', id: 'gini', load: () => import('./metric/gini.ts') },
    { kind: 'metric', id: 'ks', load: () => import('./metric/ks.ts') },
    { kind: 'metric', id: 'log-loss', load: () => import('./metric/log-loss.ts') },
    { kind: 'metric', id: 'mae', load: () => import('./metric/mae.ts') },
    { kind: 'metric', id: 'mape', load: () => import('./metric/mape.ts') },
    { kind: 'metric', id: 'mcc', load: () => import('./metric/mcc.ts') },
    { kind: 'metric', id: 'mse', load: () => import('./metric/mse.ts') },
    { kind: 'metric', id: 'precision', load: () => import('./metric/precision.ts') },
    { kind: 'metric', id: 'r2', load: () => import('./metric/r2.ts') },
    { kind: 'metric', id: 'recall', load: () => import('./metric/recall.ts') },
    { kind: 'metric', id: 'rmse', load: () => import('./metric/rmse.ts') },

    { kind: 'deploy', id: 'serve', load: () => import('./deploy/serve.ts') },
  ],
}

export default builtIns
