// Every metric of the API: name, type, help, labels. Names follow Prometheus' rules: prefix `chaincloud_`, base units,
// moments as `_timestamp_seconds`, counters as `_total`. Dashboard and alert rules (docs/operate) use these alone.

export interface MetricDeclaration {
  type: 'gauge' | 'counter' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
}

export const METRICS = {
  chaincloud_build_info: { type: 'gauge', help: '1; the version as a label.', labels: ['version', 'network'] },
  chaincloud_start_timestamp_seconds: { type: 'gauge', help: 'When this process started.', labels: [] },
  chaincloud_tip_height: { type: 'gauge', help: 'Height of the last block that was followed.', labels: [] },
  chaincloud_tip_timestamp_seconds: { type: 'gauge', help: 'Time of that block, as its miner says.', labels: [] },
  chaincloud_node_notices_total: {
    type: 'counter',
    help: 'Blocks and transactions that the node published to this process (zmq in the settings).',
    labels: ['topic'],
  },
  chaincloud_requests: {
    type: 'gauge',
    help: 'Send requests by state; sent ones until no reorganisation reaches them.',
    labels: ['state'],
  },
  chaincloud_requests_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest request of a state that is under way came.',
    labels: ['state'],
  },
  chaincloud_jobs: { type: 'gauge', help: 'Jobs that wait for a board.', labels: ['kind'] },
  chaincloud_jobs_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest job that waits was made.',
    labels: ['kind'],
  },
  chaincloud_jobs_postponed: { type: 'gauge', help: 'Waiting jobs that failed at least once.', labels: ['kind'] },
  chaincloud_duty_failures_total: { type: 'counter', help: 'Failed tries of a duty.', labels: ['duty'] },
  chaincloud_duty_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a duty last succeeded; its start until then.',
    labels: ['duty'],
  },
  chaincloud_duty_failing: { type: 'gauge', help: '1 while the last try of a duty failed.', labels: ['duty'] },
  chaincloud_duty_failing_since_timestamp_seconds: {
    type: 'gauge',
    help: 'Since when every try of a duty has failed; absent while it works.',
    labels: ['duty'],
  },
  chaincloud_hsm_answer_timestamp_seconds: {
    type: 'gauge',
    help: 'When a board last answered a question for its status.',
    labels: ['board'],
  },
  chaincloud_hsm_state: {
    type: 'gauge',
    help: '1 for the state that HSM-Cold is in: factory, locked, unlocked, wiped.',
    labels: ['state'],
  },
  chaincloud_hsm_clock_timestamp_seconds: {
    type: 'gauge',
    help: "HSM-Cold's clock when it answered.",
    labels: [],
  },
  chaincloud_hsm_hot_link_up: {
    type: 'gauge',
    help: '1 while HSM-Hot had its line to HSM-Cold when it answered.',
    labels: [],
  },
  chaincloud_hsm_hot_starts_total: { type: 'counter', help: 'Starts of HSM-Hot.', labels: [] },
  chaincloud_hsm_hot_frames_total: {
    type: 'counter',
    help: 'What HSM-Hot did with messages since its start: relayed, malformed, limited, unreachable.',
    labels: ['result'],
  },
  chaincloud_hsm_account_open: { type: 'gauge', help: '1 for an account that HSM-Cold has open.', labels: ['account'] },
  chaincloud_hsm_payments: { type: 'gauge', help: 'Payments in the ledger of HSM-Cold.', labels: [] },
  chaincloud_hsm_payments_room: {
    type: 'gauge',
    help: 'Payments that find room in the ledger of HSM-Cold before an archived one must retire.',
    labels: [],
  },
  chaincloud_hsm_requests_total: {
    type: 'counter',
    help: 'What HSM-Cold did with requests to sign since its start: signed, refused.',
    labels: ['result'],
  },
  chaincloud_hsm_sms_ignored_total: {
    type: 'counter',
    help: 'SMS that HSM-Cold left unanswered since its start.',
    labels: [],
  },
  chaincloud_hsm_sms_queued: { type: 'gauge', help: 'SMS of HSM-Cold that wait for a modem.', labels: [] },
  chaincloud_channel_seen_timestamp_seconds: {
    type: 'gauge',
    help: "When HSM-Cold first showed an account's present channel with V.",
    labels: ['account'],
  },
  chaincloud_account_balance_satoshis: {
    type: 'gauge',
    help: "An account's balance on a side, unconfirmed transactions included.",
    labels: ['account', 'side'],
  },
  chaincloud_account_confirmed_satoshis: {
    type: 'gauge',
    help: "The confirmed part of an account's balance.",
    labels: ['account', 'side'],
  },
  chaincloud_http_requests_total: { type: 'counter', help: 'Answered HTTP requests.', labels: ['call', 'code'] },
  chaincloud_http_request_duration_seconds: {
    type: 'histogram',
    help: 'From the head of a request to its answer.',
    labels: ['call'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
  },
  chaincloud_webhook_pending: {
    type: 'gauge',
    help: 'Messages that an endpoint has not taken yet.',
    labels: ['endpoint'],
  },
  chaincloud_webhook_pending_oldest_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest of them came up.',
    labels: ['endpoint'],
  },
  chaincloud_webhook_tries_total: {
    type: 'counter',
    help: 'Tries to deliver a message, by how they ended: taken, refused.',
    labels: ['result'],
  },
  chaincloud_log_warnings_total: { type: 'counter', help: 'Warnings in the log of this process.', labels: [] },
  chaincloud_event_loop_delay_seconds: {
    type: 'gauge',
    help: 'Longest time since the last scrape that this process answered nobody.',
    labels: [],
  },
  chaincloud_process_cpu_seconds_total: { type: 'counter', help: 'CPU time of this process.', labels: [] },
  chaincloud_process_resident_memory_bytes: { type: 'gauge', help: 'Memory of this process.', labels: [] },
} as const satisfies Record<string, MetricDeclaration>;

export type MetricName = keyof typeof METRICS;
export type LabelsOf<N extends MetricName> = { [label in (typeof METRICS)[N]['labels'][number]]: string };
