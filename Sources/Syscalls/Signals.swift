import Glibc

/// Signals as values: a thread waits for them instead of a handler interrupting whoever runs.
public enum Signals {
  public enum Signal: Sendable {
    /// SIGINT or SIGTERM: end.
    case stop
    /// SIGHUP: read the configuration again.
    case reload
  }

  /// Takes the signals away from all threads. To be called before the first thread is made.
  public static func block() {
    var set = blocked
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // A client that goes away is an error of a write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for the next of the blocked signals. Blocks its thread.
  public static func next() -> Signal {
    var set = blocked
    while true {
      var number: Int32 = 0
      guard sigwait(&set, &number) == 0 else { continue }
      return number == SIGHUP ? .reload : .stop
    }
  }

  private static var blocked: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    return set
  }
}
