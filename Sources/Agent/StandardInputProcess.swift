public import AgentConfiguration
import Delivery
import Glibc
import Inputs
import LogModel
import Pipeline
import Synchronization
import Syscalls
public import Telemetry

/// `-stdin`: lines from standard input instead of files, through the first job's pipeline; it ends with the input.
public struct StandardInputProcess: Sendable {
  private let clients: [ClientSetup]
  private let pipeline: CompiledPipeline
  private let labels: LabelSet
  private let metrics: DeliveryMetrics
  private let log: Log
  private let stopSignal = StopSignal()

  /// - Throws: an error whose description says what to do about it.
  public init(_ configuration: AgentConfiguration, _ trial: Trial, registry: MetricRegistry, log: Log) throws {
    // Further jobs, relabelling and internal labels mean nothing here (recorded: cli/stdin-…).
    let job = configuration.scrapeConfigs.first
    if let job {
      labels = LabelSet(job.staticConfigs.flatMap(\.labels.labels).filter { !$0.name.hasPrefix("__") })
    } else {
      labels = LabelSet(["job": "stdin", "hostname": Host.name])
    }
    pipeline = try CompiledPipeline(
      job?.pipelineStages ?? [], registry: registry, lineLimit: JobWiring.lineLimit(configuration.limits),
      inspection: trial.inspection)
    clients = try trial.clients(configuration, registry: registry)
    metrics = DeliveryMetrics(registry)
    self.log = log
  }

  /// Until the input ends and everything is sent, or `stop` is called.
  public func run() async {
    guard let settled = try? WakeUp() else { return }
    let senders = Mutex<[(BatchQueue, Task<Void, Never>)]>([])
    await withCheckedContinuation { continuation in
      let read: @Sendable () -> Void = { [self] in
        let lanes = Lanes(
          clients.map { client in
            var lane = client.lane
            lane.account = LimitAccount(metrics: metrics, host: client.sender.host, tenant: client.sender.tenant)
            return lane
          }
        ) { client, tenant in
          let queue = BatchQueue(client: client, tenant: tenant)
          let sender = Sender(
            queue: queue, output: clients[client].lane.output, settings: clients[client].sender, metrics: metrics,
            log: log,
            stop: stopSignal, prepare: {}, settled: { _ in settled.signal() })
          senders.withLock { $0.append((queue, Task { await sender.run() })) }
          return queue
        }
        var input = StandardInput(pipeline: pipeline, labels: labels, lanes: lanes, settled: settled)
        input.run(STDIN_FILENO) { stopSignal.isRaised }
        continuation.resume()
      }
      // Reading blocks, so it has a thread of its own.
      if (try? WorkerThread(name: "stdin", read)) == nil { read() }
    }
    let all = senders.withLock { $0 }
    for (queue, _) in all { queue.close() }
    for (_, sender) in all { await sender.value }
    settled.close()
  }

  /// Ends reading; a batch that is not taken at the next try is given up.
  public func stop() { stopSignal.raise() }
}
