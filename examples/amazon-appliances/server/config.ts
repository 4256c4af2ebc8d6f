/** What an operator may set besides the options of the command, each by an environment variable. */
export interface ServerConfig {
  /** Origins whose pages may call the API. Default none: only pages of this server. */
  corsOrigins: readonly string[];
  /** Signs tokens; several servers behind one address share it. Default random, so that a restart ends all sessions. */
  jwtSecret: string | undefined;
  /** Requests per second and address on routes without a limit of their own; 0 = no limit. */
  requestsPerSecond: number;
  /** Trains again after so many minutes; 0 = only when asked. */
  retrainEveryMinutes: number;
  /** Trains again after so many ratings came or went; 0 = only when asked. */
  retrainAfterRatings: number;
  /** Trains again when what people want has a population stability index above this, against the time before; 0 = only when asked. */
  retrainOnDrift: number;
  /** Takes opinions into the factors that are there after so many; 0 = at the next training. */
  updateAfterOpinions: number;
  /** Whether `X-Forwarded-For` of a proxy in front says who asks. */
  trustProxy: boolean;
  /** Ways in besides the routes; each can be switched off. */
  doors: Record<Door, boolean>;
  /** Redis that counts requests for all servers together; without it each counts for itself. */
  redisUrl: string | undefined;
}

export const doors = ['mcp', 'graphql', 'websocket'] as const;
export type Door = (typeof doors)[number];

/** @throws when a variable is no number, so that a typing error does not switch a limit off. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ServerConfig {
  const number = (name: string) => {
    const value = Number(env[name] || 0);
    if (Number.isFinite(value) && value >= 0) return value;
    throw Object.assign(new Error(`Expected a number from 0 as ${name}, got '${env[name]}'.`), { code: 'ERR_BAD_OPTION' });
  };
  return {
    corsOrigins: (env.CORS_ORIGINS ?? '')
      .split(',')
      .map((it) => it.trim().replace(/\/$/, ''))
      .filter(Boolean),
    jwtSecret: env.JWT_SECRET || undefined,
    requestsPerSecond: number('RATE_LIMIT'),
    retrainEveryMinutes: number('RETRAIN_EVERY_MINUTES'),
    retrainAfterRatings: number('RETRAIN_AFTER_RATINGS'),
    retrainOnDrift: number('RETRAIN_ON_DRIFT'),
    updateAfterOpinions: number('UPDATE_AFTER_OPINIONS'),
    trustProxy: env.TRUST_PROXY === 'true',
    doors: Object.fromEntries(doors.map((name) => [name, env[name.toUpperCase()] !== 'off'])) as ServerConfig['doors'],
    redisUrl: env.REDIS_URL || undefined,
  };
}
