public import Positions
public import Telemetry

/// What a sender needs to know of its client.
public struct SenderSettings: Sendable {
  /// The client's name for logs, and host:port for metrics.
  public var name: String
  public var host: String
  /// The client's own `tenant_id`; an entry's `__tenant_id__` goes before it.
  public var tenant: String?
  public var retry: RetrySchedule.Limits
  public var dropRateLimited: Bool

  public init(name: String, host: String, tenant: String?, retry: RetrySchedule.Limits, dropRateLimited: Bool) {
    self.name = name
    self.host = host
    self.tenant = tenant
    self.retry = retry
    self.dropRateLimited = dropRateLimited
  }
}

/// Sends the batches of one queue, one after another, so that a stream's order holds.
///
/// The rules of what is tried again and what is given up: docs/deviations.md.
public struct Sender: Sendable {
  let queue: BatchQueue
  let output: any Output
  let settings: SenderSettings
  let metrics: DeliveryMetrics
  let log: Log
  let stop: StopSignal
  /// Called before a batch is sent for the first time.
  let prepare: @Sendable () -> Void
  /// Takes the tickets that may move positions; called after each batch, also with none, since the queue has room again.
  let settled: @Sendable ([AckTicket]) -> Void
  private let givenUp = GivenUpReport()

  public init(
    queue: BatchQueue, output: any Output, settings: SenderSettings, metrics: DeliveryMetrics, log: Log,
    stop: StopSignal, prepare: @escaping @Sendable () -> Void, settled: @escaping @Sendable ([AckTicket]) -> Void
  ) {
    self.queue = queue
    self.output = output
    self.settings = settings
    self.metrics = metrics
    self.log = log
    self.stop = stop
    self.prepare = prepare
    self.settled = settled
  }

  private var tenant: String? { queue.tenant ?? settings.tenant }

  /// Until the queue is closed and empty. Batches that fail once the agent stops stay unacknowledged.
  public func run() async {
    metrics.announce(host: settings.host, tenant: tenant ?? "")
    while let batch = await queue.next() {
      guard let receipt = batch.takeReceipt() else { continue }
      switch await deliver(batch) {
      case .delivered: settled(receipt.delivered())
      case .dropped: settled(receipt.dropped())
      case .returned:
        receipt.returned()
        settled([])
      }
    }
  }

  private enum Fate { case delivered, dropped, returned }

  private func deliver(_ batch: SealedBatch) async -> Fate {
    let request = batch.request
    metrics.encodedBytes.with(settings.host).add(request.wireBytes)
    prepare()
    var schedule = RetrySchedule(settings.retry)
    while true {
      let began = ContinuousClock.now
      let outcome = await request.send(tenant: tenant)
      let took = began.duration(to: .now)
      metrics.duration.with(String(outcome.status), settings.host).observe(
        Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
      switch outcome {
      case .delivered:
        metrics.sentBytes.with(settings.host).add(request.wireBytes)
        metrics.sentEntries.with(settings.host).add(batch.entries)
        if schedule.failures > 0 {
          log.info("client takes batches again", ("client", settings.name), ("attempts", schedule.failures + 1))
        }
        return .delivered

      case .failed(429, let reason, _) where settings.dropRateLimited:
        return drop(batch, request, status: 429, reason, as: .rateLimited)

      case .failed(let status, let reason, let retryAfter):
        metrics.retries.with(settings.host, tenant ?? "").add()
        guard let wait = schedule.failed(retryAfter: retryAfter, random: .random(in: 0...1)) else {
          return drop(batch, request, status: status, reason, as: status == 429 ? .rateLimited : .ingesterError)
        }
        if stop.isRaised { return .returned }
        if schedule.failures == 1 || schedule.failures.isMultiple(of: 10) {
          log.warn(
            "batch not taken, will try again", ("client", settings.name), ("status", status), ("error", reason),
            ("attempt", schedule.failures), ("tenant", tenant ?? ""))
        }
        await stop.sleep(for: .nanoseconds(wait))
        if stop.isRaised { return .returned }

      case .rejected(let status, let reason):
        return drop(batch, request, status: status, reason, as: .ingesterError)

      case .tooLarge(let status, let reason):
        guard let (first, second) = batch.halves(by: output) else {
          return drop(batch, request, status: status, reason, as: .lineTooLong)
        }
        for half in [first, second] {
          if case .returned = await deliver(half) { return .returned }
        }
        return .delivered
      }
    }
  }

  private func drop(
    _ batch: SealedBatch, _ request: any PreparedBatch, status: Int, _ reason: String, as why: DropReason
  ) -> Fate {
    metrics.droppedEntries.with(settings.host, tenant ?? "", why.rawValue).add(batch.entries)
    metrics.droppedBytes.with(settings.host, tenant ?? "", why.rawValue).add(request.wireBytes)
    let rejection = Rejection.reason(of: reason)
    if status > 0 {
      metrics.rejectedEntries.with(settings.host, tenant ?? "", String(status), rejection).add(batch.entries)
    }
    if let untold = givenUp.note(status: status, reason: rejection, entries: batch.entries) {
      log.error(
        "batches given up", ("client", settings.name), ("status", status), ("error", reason),
        ("batches", untold.batches), ("entries", untold.entries), ("tenant", tenant ?? ""))
    }
    return .dropped
  }
}
