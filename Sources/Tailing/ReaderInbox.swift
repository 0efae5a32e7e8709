public import Delivery
public import Positions
import Synchronization
public import Syscalls
import Telemetry

/// What others tell a reader: from the scanner, from senders, from the agent.
public enum ReaderMessage: Sendable {
  /// A path refers to a file that it did not refer to before.
  case sighted(FileSighting)
  /// A file has another name that matches too.
  case renamed(from: FileKey, FileSighting)
  /// A path refers to nothing any more.
  case vanished(FileKey)
  /// A path refers to nothing under which there was a file: the last run knew of it, or it came and went just now.
  case absent(FileSighting)
  /// Its target is gone: stop reading and keep the position.
  case release(FileKey)
  /// How jobs are read from now on; files of jobs that are not among them are finished as they were begun.
  case jobs([Int: ReadingJob], RotatedLimits)
  /// Clients came or went.
  case clients(ClientChange)
  /// Batches were settled; there may be room again.
  case settled([AckTicket])
  /// Read nothing more and send what is there.
  case drain(done: @Sendable () -> Void)
  /// Report positions, close everything and end.
  case finish
}

/// A reader's letter box. Any thread may put; the reader's thread takes.
public final class ReaderInbox: Sendable {
  private let messages = Mutex<[ReaderMessage]>([])
  let wake: WakeUp
  /// How long the reader has worked: nanoseconds.
  let worked = Counter()
  private let letGo = Mutex<[(target: Int, identity: FileIdentity)]>([])

  public init() throws(Errno) { wake = try WakeUp() }

  /// A reader notes that it has let go of a file without a name; the scanner asks for these.
  func noteClosed(target: Int, identity: FileIdentity) { letGo.withLock { $0.append((target, identity)) } }

  func takeClosed() -> [(target: Int, identity: FileIdentity)] {
    letGo.withLock { closed in
      defer { closed.removeAll() }
      return closed
    }
  }

  public func put(_ message: ReaderMessage) {
    let wasEmpty = messages.withLock {
      $0.append(message)
      return $0.count == 1
    }
    if wasEmpty { wake.signal() }
  }

  func takeAll() -> [ReaderMessage] {
    messages.withLock {
      var all: [ReaderMessage] = []
      swap(&all, &$0)
      return all
    }
  }
}
