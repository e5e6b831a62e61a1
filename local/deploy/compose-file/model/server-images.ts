/** What is known of a server's image, from its documentation and Dockerfile. */
export interface ServerImage {
  /** Variables that its start script or the server reads; a name with `_FILE` is one of its own. */
  readonly variables: readonly string[];
  readonly ports: readonly number[];
  /** A health check that asks the server and names no port; any other one has to name it. */
  readonly probe?: RegExp;
  /** Directories it writes to; on a read-only disk each needs a mount. */
  readonly writes: readonly string[];
  /** Where it keeps what must outlive its container. */
  readonly keeps?: string;
}

/** By the image's name without its tag. */
export const serverImages: Readonly<Record<string, ServerImage>> = {
  // Ports are those of nginx.conf.
  nginx: { variables: [], ports: [], writes: ['/tmp'] },
  rabbitmq: {
    variables: ['RABBITMQ_NODENAME', 'RABBITMQ_USE_LONGNAME', 'RABBITMQ_LOGS'],
    ports: [5672, 15672, 15692],
    writes: ['/tmp', '/var/log/rabbitmq'],
    keeps: '/var/lib/rabbitmq',
  },
  mongo: {
    variables: [
      'MONGO_INITDB_ROOT_USERNAME',
      'MONGO_INITDB_ROOT_USERNAME_FILE',
      'MONGO_INITDB_ROOT_PASSWORD_FILE',
      'MONGO_INITDB_DATABASE',
    ],
    ports: [27017],
    // The image declares a volume for configdb, which would be made anew with every container.
    writes: ['/tmp', '/data/configdb'],
    keeps: '/data/db',
  },
  mysql: {
    variables: [
      'MYSQL_DATABASE',
      'MYSQL_USER',
      'MYSQL_PASSWORD_FILE',
      'MYSQL_ROOT_PASSWORD_FILE',
      'MYSQL_ROOT_HOST',
      'MYSQL_INITDB_SKIP_TZINFO',
    ],
    ports: [3306],
    // Over TCP at the server's own port; without a host it would be the socket.
    probe: /\bmysql(admin)? .*-h 127\.0\.0\.1 .*(-e|ping)\b/,
    writes: ['/tmp', '/var/run/mysqld'],
    keeps: '/var/lib/mysql',
  },
  'axllent/mailpit': {
    variables: ['MP_MAX_MESSAGES', 'MP_DISABLE_VERSION_CHECK', 'MP_DATABASE', 'MP_UI_AUTH_FILE'],
    ports: [1025, 8025],
    probe: /^CMD \/mailpit readyz$/,
    writes: ['/tmp'],
  },
  'prom/prometheus': { variables: [], ports: [9090], writes: [], keeps: '/prometheus' },
  'prom/alertmanager': { variables: [], ports: [9093], writes: [], keeps: '/alertmanager' },
  'grafana/grafana': {
    // GF_<section>_<key>, each of conf/defaults.ini; __FILE is its start script's.
    variables: [
      'GF_SECURITY_ADMIN_USER',
      'GF_SECURITY_ADMIN_PASSWORD__FILE',
      'GF_SECURITY_SECRET_KEY__FILE',
      'GF_SECURITY_DISABLE_GRAVATAR',
      'GF_AUTH_ANONYMOUS_ENABLED',
      'GF_USERS_ALLOW_SIGN_UP',
      'GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH',
      'GF_ANALYTICS_REPORTING_ENABLED',
      'GF_ANALYTICS_CHECK_FOR_UPDATES',
      'GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES',
      'GF_PLUGINS_PREINSTALL_DISABLED',
      'GF_NEWS_NEWS_FEED_ENABLED',
    ],
    ports: [3000],
    // It keeps nothing but what is in files.
    writes: ['/tmp', '/var/lib/grafana'],
  },
};

/** Name of an image without its tag. */
export function imageName(image: string): string {
  return image.replace(/:[^:/]*$/, '');
}

export function serverImageOf({ image }: { readonly image: string }): ServerImage | undefined {
  return serverImages[imageName(image)];
}
