public import GoCompat
internal import YAMLSource

/// The entry's time from an extracted value.
public struct TimestampStage: Sendable {
  public enum FailureAction: String, CaseIterable, Sendable {
    /// The last known time of the stream plus one nanosecond.
    case fudge
    /// The entry keeps its time.
    case skip
  }

  public var source: String
  public var format: TimestampFormat
  /// Tried in order when the format does not fit.
  public var fallbackFormats: [TimestampFormat]
  /// The zone of times that name none; `nil` for UTC. Formats given by name ignore it.
  public var location: TimeZoneRules?
  public var actionOnFailure = FailureAction.fudge

  init?(_ options: inout StageOptions) {
    fallbackFormats = (options.strings("fallback_formats") ?? []).map(TimestampFormat.init)
    if let name = options.string("location"), !name.isEmpty {
      location = TimeZoneRules.named(name)
      if location == nil {
        options.refuse(
          "location \"\(name)\" is not in the time zone database", "location",
          hint: "use a name such as Europe/Berlin, and install tzdata if it is missing here")
      }
    }
    if let text = options.string("action_on_failure"), !text.isEmpty {
      let action = FailureAction(rawValue: text)
      if action == nil {
        options.refuse("action_on_failure \"\(text)\" is neither fudge nor skip", "action_on_failure")
      }
      actionOnFailure = action ?? .fudge
    }
    let source = options.requiredString("source")
    guard let format = options.requiredString("format"), let source else { return nil }
    self.source = source
    self.format = TimestampFormat(format)
  }
}
