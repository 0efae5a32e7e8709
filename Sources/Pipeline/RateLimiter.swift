import Synchronization

/// Tokens that fill up at a rate, up to a burst. Shared by the threads whose lines it counts.
final class RateLimiter: Sendable {
  struct Bucket {
    var tokens: Double
    /// When the tokens were counted, on the monotonic clock: nanoseconds.
    var time: Int64
  }

  /// Tokens per nanosecond.
  private let rate: Double
  private let burst: Double
  private let state: Mutex<State>

  private struct State {
    var single: Bucket
    /// Buckets by key, used lately and before: a value that was not seen for long is forgotten with the older half.
    var recent: [UInt64: Bucket] = [:]
    var older: [UInt64: Bucket] = [:]
  }

  /// - Parameter rate: tokens per second.
  init(rate: Double, burst: Int) {
    self.rate = rate / 1e9
    self.burst = Double(burst)
    state = Mutex(State(single: Bucket(tokens: Double(burst), time: .min)))
  }

  /// Takes a token if there is one.
  func take(now: Int64) -> Bool { state.withLock { take(&$0.single, now) } }

  /// Takes a token of the bucket of `key`.
  /// - Parameter limit: buckets that are remembered.
  func take(key: UInt64, limit: Int, now: Int64) -> Bool {
    state.withLock { state in
      var bucket = state.recent[key] ?? state.older[key] ?? Bucket(tokens: burst, time: now)
      let isTaken = take(&bucket, now)
      if state.recent[key] == nil, state.recent.count >= max(1, limit / 2) {
        state.older = state.recent
        state.recent = [:]
      }
      state.recent[key] = bucket
      return isTaken
    }
  }

  /// Takes a token in any case.
  /// - Returns: nanoseconds until it would have been there.
  func reserve(now: Int64) -> Int64 {
    state.withLock { state in
      fill(&state.single, now)
      state.single.tokens -= 1
      return state.single.tokens >= 0 ? 0 : Int64(min((-state.single.tokens / rate).rounded(), 0x1p62))
    }
  }

  private func take(_ bucket: inout Bucket, _ now: Int64) -> Bool {
    fill(&bucket, now)
    if bucket.tokens < 1 { return false }
    bucket.tokens -= 1
    return true
  }

  private func fill(_ bucket: inout Bucket, _ now: Int64) {
    if bucket.time != .min, now > bucket.time {
      bucket.tokens = min(burst, bucket.tokens + Double(now - bucket.time) * rate)
    }
    bucket.time = max(bucket.time, now)
  }
}
