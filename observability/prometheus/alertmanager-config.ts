import { stringify } from 'yaml';
import { yamlStyle } from './yaml-style';

/** Where alerts are mailed to, and through which server. */
export interface MailRoute {
  /** First lines of the file, for whoever opens it. */
  readonly comment: string;
  /** `host:port` of the mail server. */
  readonly smarthost: string;
  readonly from: string;
  readonly to: string;
  /** STARTTLS and AUTH; none for a server that asks for neither. */
  readonly account?: {
    readonly user: string;
    readonly passwordFile: string;
    /** The server's certificate is its own; on a loopback nothing else can be had. */
    readonly trustAnyCertificate: boolean;
  };
  /** How long alerts of a group are collected before their first mail. */
  readonly groupWaitSeconds: number;
}

/** The configuration file (prometheus.io/docs/alerting/latest/configuration). */
export function alertmanagerConfig(route: MailRoute): string {
  const { account } = route;
  const config = {
    global: {
      smtp_smarthost: route.smarthost,
      smtp_from: route.from,
      smtp_require_tls: account !== undefined,
      ...(account && {
        smtp_auth_username: account.user,
        smtp_auth_password_file: account.passwordFile,
      }),
    },
    route: {
      receiver: 'operator',
      group_by: ['alertname', 'namespace'],
      group_wait: `${route.groupWaitSeconds}s`,
      group_interval: '5m',
      // A ticket is told once a day while it stands, a page every hour.
      repeat_interval: '24h',
      routes: [{ matchers: ['severity = page'], receiver: 'operator-now', repeat_interval: '1h' }],
    },
    inhibit_rules: inhibitions,
    receivers: [
      { name: 'operator', email_configs: [email(route, '')] },
      { name: 'operator-now', email_configs: [email(route, 'PAGE ')] },
    ],
  };
  return `${route.comment.replace(/^/gm, '# ')}\n${stringify(config, yamlStyle)}`;
}

const down = (job: string): string[] => ['alertname = ProcessDown', `job =~ "${job}"`];
const waits = 'alertname =~ "NoConsumers|BacklogGrowing|OldestJobTooOld"';

/** Who is told of a cause is not told of what follows from it. */
const inhibitions = [
  {
    source_matchers: down('rabbitmq'),
    target_matchers: [waits],
    equal: ['namespace'],
  },
  // One scrape that fails blinds what is computed from it; listeners who wait are on record.
  {
    source_matchers: down('rabbitmq-queues'),
    target_matchers: ['alertname =~ "NoConsumers|BacklogGrowing"'],
    equal: ['namespace'],
  },
  {
    source_matchers: ['alertname = BreakerOpen', 'dependency = smtp'],
    target_matchers: ['alertname = OldestJobTooOld', 'queue =~ "mp3|failed"'],
    equal: ['namespace'],
  },
  {
    source_matchers: ['alertname = ProcessDown'],
    target_matchers: ['alertname = WorkerCrashLoop', 'severity = ticket'],
    equal: ['namespace', 'job'],
  },
  {
    source_matchers: down('converter'),
    target_matchers: [waits, 'queue = video'],
    equal: ['namespace'],
  },
  {
    source_matchers: down('notification'),
    target_matchers: [waits, 'queue =~ "mp3|failed"'],
    equal: ['namespace'],
  },
  {
    source_matchers: down('relay'),
    target_matchers: ['alertname = NoActiveRelay'],
    equal: ['namespace'],
  },
  {
    source_matchers: down('auth'),
    target_matchers: ['alertname = BreakerOpen', 'dependency = auth'],
    equal: ['namespace'],
  },
  {
    source_matchers: down('auth'),
    target_matchers: ['alertname =~ "ErrorBudgetBurn.*"', 'slo = http'],
    equal: ['namespace'],
  },
  {
    source_matchers: ['alertname = NoConsumers'],
    target_matchers: ['alertname =~ "BacklogGrowing|OldestJobTooOld"'],
    equal: ['namespace', 'queue'],
  },
  {
    source_matchers: ['alertname = ErrorBudgetBurnFast'],
    target_matchers: ['alertname = ErrorBudgetBurnSlow'],
    equal: ['namespace', 'slo'],
  },
  // A page and the ticket about the same have one name. `queue` too: labels that both lack are equal.
  {
    source_matchers: ['severity = page'],
    target_matchers: ['severity = ticket'],
    equal: ['alertname', 'namespace', 'instance', 'queue'],
  },
];

/** A mail of plain text: what is wrong, what to do first, where it is explained. */
function email({ to, account }: MailRoute, urgency: string) {
  return {
    to,
    send_resolved: true,
    headers: {
      Subject: `${urgency}{{ .Status | toUpper }}: {{ .GroupLabels.alertname }} in {{ .GroupLabels.namespace }}`,
    },
    html: '',
    text: mailText,
    ...(account?.trustAnyCertificate && { tls_config: { insecure_skip_verify: true } }),
  };
}

const mailText = `{{ range .Alerts -}}
{{ .Status | toUpper }}: {{ .Annotations.summary }}

{{ if eq .Status "firing" -}}
{{ .Annotations.description }}

Runbook:   {{ .Annotations.runbook }}
Dashboard: {{ .Annotations.dashboard }}
Since:     {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}
Query:     {{ .GeneratorURL }}
{{- else -}}
From {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }} to {{ .EndsAt.Format "15:04:05 MST" }}
{{- end }}

{{ end -}}
`;
