/** Prometheus' text format, version 0.0.4. Labels are from closed sets: patterns of routes, never what was asked for. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10] as const;

type Seen = { count: number; seconds: number; buckets: number[] };

export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #times = new Map<string, Seen>();

  add(method: string, route: string, status: number, seconds: number): void {
    const where = `method="${method}",route="${route}"`;
    const counted = `${where},status="${status}"`;
    this.#requests.set(counted, (this.#requests.get(counted) ?? 0) + 1);
    const seen = this.#times.get(where) ?? { count: 0, seconds: 0, buckets: BUCKETS.map(() => 0) };
    seen.count++;
    seen.seconds += seconds;
    seen.buckets = seen.buckets.map((n, i) => n + (seconds <= (BUCKETS[i] ?? 0) ? 1 : 0));
    this.#times.set(where, seen);
  }

  text(): string {
    const lines = [
      '# HELP forthright_http_requests_total Requests answered.',
      '# TYPE forthright_http_requests_total counter',
      ...[...this.#requests].map(([labels, n]) => `forthright_http_requests_total{${labels}} ${n}`),
      '# HELP forthright_http_request_seconds How long answers took.',
      '# TYPE forthright_http_request_seconds histogram',
      ...[...this.#times].flatMap(([labels, seen]) => histogram(labels, seen)),
      '# HELP process_resident_memory_bytes Memory of this process.',
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
      '# HELP process_uptime_seconds How long this process has been running.',
      '# TYPE process_uptime_seconds gauge',
      `process_uptime_seconds ${process.uptime()}`,
    ];
    return `${lines.join('\n')}\n`;
  }
}

function histogram(labels: string, { count, seconds, buckets }: Seen): string[] {
  const name = 'forthright_http_request_seconds';
  return [
    ...buckets.map((n, i) => `${name}_bucket{${labels},le="${BUCKETS[i]}"} ${n}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${seconds}`,
    `${name}_count{${labels}} ${count}`,
  ];
}
