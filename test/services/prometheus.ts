import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requiredProgram } from "./required.ts";
import { onFreePorts, removeFolder, type ServerProcess, serverFolder, startServer } from "./server-process.ts";

/** A real Prometheus on loopback that scrapes what it is told, several times a second. */

export interface PrometheusServer {
  readonly url: string;
  readonly process: ServerProcess;
  /** What the expression is now: each sample with its labels. Throws what Prometheus says where it cannot be read. */
  query(expression: string): Promise<readonly PrometheusSample[]>;
  /** The exemplars of an expression, by the value of their `trace_id`. */
  traceIds(expression: string): Promise<readonly string[]>;
  /** Kills it and removes its folder. */
  stop(): Promise<void>;
}

export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Reply<Data> {
  readonly status: "success" | "error";
  readonly error?: string;
  readonly data: Data;
}

interface QueryData {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: [number, string] }[];
}

type ExemplarData = readonly { readonly exemplars: readonly { readonly labels: { readonly trace_id?: string } }[] }[];

/** `targets`: such as `127.0.0.1:8787`; without any it only answers queries. */
export function startPrometheus(targets: readonly string[] = []): Promise<PrometheusServer> {
  return onFreePorts(1, ([port]) => startPrometheusAt(port as number, targets));
}

async function startPrometheusAt(port: number, targets: readonly string[]): Promise<PrometheusServer> {
  const folder = serverFolder("prometheus");
  const scrapeConfigs = targets.length === 0 ? [] : [{ job_name: "reprise", static_configs: [{ targets }] }];
  const config = { global: { scrape_interval: "200ms", scrape_timeout: "200ms" }, scrape_configs: scrapeConfigs };
  // JSON is YAML as well.
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const process = await startServer({
    program: requiredProgram("prometheus"),
    args: [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      `--web.listen-address=127.0.0.1:${port}`,
      "--enable-feature=exemplar-storage",
    ],
    folder,
    readyLine: /Server is ready to receive web requests/,
  });
  const url = `http://127.0.0.1:${port}`;
  const get = async <Data>(path: string, expression: string): Promise<Data> => {
    const response = await fetch(`${url}/api/v1/${path}?query=${encodeURIComponent(expression)}`);
    const { status, error, data } = (await response.json()) as Reply<Data>;
    if (status === "error") throw new Error(`${error}: ${expression}`);
    return data;
  };
  return {
    url,
    process,
    async query(expression) {
      const { result } = await get<QueryData>("query", expression);
      return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    async traceIds(expression) {
      const series = await get<ExemplarData>("query_exemplars", expression);
      return series.flatMap(({ exemplars }) => exemplars.flatMap(({ labels: { trace_id: id } }) => id ?? []));
    },
    async stop() {
      await process.kill();
      removeFolder(folder);
    },
  };
}
