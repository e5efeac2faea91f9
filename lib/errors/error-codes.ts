/**
 * The error codes Enfilade itself sends, with the text that goes with each. They are HTTP's, so
 * that nobody has to learn a second set. A `WsError` of your own may carry any integer.
 */
export const ERROR_CODES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const

/** A code out of {@link ERROR_CODES}. */
export type WsErrorCode = keyof typeof ERROR_CODES
