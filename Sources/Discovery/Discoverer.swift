import Glibc
import Telemetry

/// One discovery at work, as in Prometheus: it finds target groups for as long as its task is not cancelled.
public protocol Discoverer: Sendable {
  func run(_ updates: DiscoveryUpdates) async
}

/// Where a discoverer hands over what it found.
public struct DiscoveryUpdates: Sendable {
  enum Update: Sendable {
    /// Groups that replace those of the same source; one without targets removes it.
    case some([TargetGroup])
    /// Groups that replace all.
    case all([TargetGroup])
    /// Nothing was found out; what was found before stays.
    case failed(String)
  }

  let put: @Sendable (Update) -> Void

  public func some(_ groups: [TargetGroup]) { put(.some(groups)) }
  public func all(_ groups: [TargetGroup]) { put(.all(groups)) }
  public func failed(_ reason: any Error) { put(.failed(String(describing: reason))) }
}

/// Why nothing was found. Holds no secret.
public struct DiscoveryError: Error, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

/// A discoverer that asks anew in intervals.
protocol RefreshingDiscoverer: Discoverer {
  /// Nanoseconds.
  var refreshInterval: Int64 { get }
  /// All target groups there are.
  func refresh() async throws -> [TargetGroup]
}

extension RefreshingDiscoverer {
  func run(_ updates: DiscoveryUpdates) async {
    var pause = RetryPause()
    while !Task.isCancelled {
      do {
        updates.all(try await refresh())
        pause = RetryPause()
        await nap(refreshInterval)
      } catch {
        if Task.isCancelled { return }
        updates.failed(error)
        await nap(min(pause.next(), max(refreshInterval, 1_000_000_000)))
      }
    }
  }
}

/// Pauses between tries that fail: from one second, twice as long each time up to a minute, and a fifth more or less, so
/// that many agents do not ask in step.
public struct RetryPause: Sendable {
  private var pause: Int64 = 1_000_000_000
  private let longest: Int64

  /// - Parameter longest: nanoseconds.
  public init(longest: Int64 = 60_000_000_000) { self.longest = longest }

  /// Nanoseconds.
  public mutating func next() -> Int64 {
    defer { pause = min(pause * 2, longest) }
    return Int64(Double(pause) * Double.random(in: 0.8...1.2))
  }
}

/// Sleeps; ends early when the task is cancelled.
func nap(_ nanoseconds: Int64) async { try? await Task.sleep(for: .nanoseconds(nanoseconds)) }

enum MetaLabel {
  /// Any text as a part of a label's name: what may not stand there becomes an underscore (Prometheus).
  static func name(_ text: String) -> String {
    String(
      decoding: text.unicodeScalars.map { scalar -> UInt8 in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": UInt8(scalar.value)
        default: UInt8(ascii: "_")
        }
      }, as: UTF8.self)
  }

  /// `host:port`, brackets around an IPv6 address.
  static func address(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
