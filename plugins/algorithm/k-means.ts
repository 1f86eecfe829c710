import type { DenseFeatures } from 'daybook/frame'
import { nearestCentroids } from 'daybook/kernels'
import { defineAlgorithm } from 'daybook/plugin'
import { fitKMeans } from './k-means/fit.ts'
import { varianceBetween } from './k-means/model.ts'
import { writeClusters } from './k-means/onnx.ts'

/** Clusters around means. */
export default defineAlgorithm({
  id: 'k-means',
  version: 1,
  random: true,
  summary: 'Clusters around means: k centroids, each row with the nearest one.',
  description:
    'Learns without a target. Minimizes sum(weight * squared distance from the centroid) by Lloyd iterations from several ' +
    '`starts`, each chosen by greedy k-means++; the best one is kept. A centroid that loses all of its rows moves to the row ' +
    'that lies farthest out. Clusters are numbered from 0 by falling size. Put features on one scale before ' +
    '(`standardize`, `min-max`): distances add them up as they are, and a warning says where one of them decides alone.\n\n' +
    'The distance of a prediction is Euclidean, in the units of the features that reach the algorithm. Importance is the ' +
    'variance between the clusters.\n\n' +
    'Source: D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; S. Lloyd, "Least ' +
    'squares quantization in PCM", IEEE Transactions on Information Theory 28, 1982.',
  tasks: ['clustering'],
  accepts: ['dense'],
  params: {
    k: {
      type: 'integer',
      minimum: 1,
      maximum: 10_000,
      description: 'Number of clusters.',
      examples: [4],
    },
    starts: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 4,
      description: 'Times to start anew; the best result is kept.',
      examples: [4, 1],
    },
    maxIterations: {
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      default: 300,
      description: 'Most iterations of a start.',
      examples: [300],
    },
    tolerance: {
      type: 'number',
      minimum: 0,
      default: 1e-4,
      description:
        'A start ends once the sum of the squared moves of the centroids is at most this times the mean variance of the features.',
      examples: [1e-4, 0],
    },
  },
  fit: fitKMeans,
  predict({ features, centroids }, X, { kernels }) {
    return nearestCentroids(kernels, (X as DenseFeatures).values, centroids, features)
  },
  importance(state) {
    return { measure: 'variance between the clusters', values: varianceBetween(state) }
  },
  onnx: (state, X, graph) => writeClusters(state, X, graph),
  example: {
    params: { k: 2 },
    X: [[0], [1], [10], [11]],
    y: [],
    given: [[2], [12]],
    gives: [
      [0, 1.5],
      [1, 1.5],
    ],
  },
})
