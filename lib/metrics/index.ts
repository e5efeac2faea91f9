export { messageDurations, type MessageDurationsOptions } from './message-durations.js'
export { metricsRoute, type MetricsRouteOptions } from './metrics-route.js'
export { prometheusMetrics, type PrometheusMetricsOptions } from './prometheus-metrics.js'
