public import Feeding
public import LogModel
public import Positions
import Syscalls
public import Telemetry

/// The systemd journal as a source: its entries, from a cursor on.
public struct JournalSource: EntrySource {
  public let key: SourceKey
  public let signature: String
  private let settings: JournalSettings
  private let metrics: JournalMetrics
  private let log: Log

  /// What all entries have in common.
  public var labels: LabelSet { settings.labels }
  /// The folder that is read; empty for the machine's own.
  public var path: String { settings.path }

  /// - Parameter signature: everything that decides what it gives.
  public init(job: String, settings: JournalSettings, signature: String, metrics: JournalMetrics, log: Log) {
    key = SourceKey(job: job, entry: "journal-" + job)
    self.settings = settings
    self.signature = signature
    self.metrics = metrics
    self.log = log
  }

  /// Whether the machine has a journal of its own, and this process may read it.
  public static var canReadOwnJournal: Bool {
    guard (try? JournalLibrary.open()) != nil else { return false }
    let folders = JournalFolders(path: "")
    return folders.files > 0 && folders.trouble == nil
  }

  public func run(after place: SourcePlace?, into feed: SourceFeed) async -> SourceEnd {
    while !Task.isCancelled {
      do {
        try await follow(after: place, into: feed)
        break
      } catch {
        feed.report(.failing("a thread for the journal cannot be had: \(error)"))
        try? await Task.sleep(for: .seconds(5))
      }
    }
    return .keep
  }

  private func follow(after place: SourcePlace?, into feed: SourceFeed) async throws(Errno) {
    let stop = try JournalStop()
    // libsystemd wants a journal to stay on one thread.
    let failure: Errno? = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do throws(Errno) {
          _ = try WorkerThread(name: "journal") {
            var follower = JournalFollower(
              job: key.job, settings: settings, place: place, metrics: feed.countsEntries ? metrics : nil, log: log,
              stop: stop, deliver: { feed.putBlocking($0) }, report: { feed.report($0) })
            follower.run()
            continuation.resume(returning: nil)
          }
        } catch {
          continuation.resume(returning: error)
        }
      }
    } onCancel: {
      stop.set()
    }
    if let failure { throw failure }
  }
}
