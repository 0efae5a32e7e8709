/// The message of a Windows event: `key: value` lines become extracted values.
public struct EventLogMessageStage: Hashable, Sendable {
  public var source = "message"
  public var dropInvalidLabels = false
  public var overwriteExisting = false

  init(_ options: inout StageOptions) {
    source = options.nonEmptyString("source") ?? source
    dropInvalidLabels = options.bool("drop_invalid_labels") ?? false
    overwriteExisting = options.bool("overwrite_existing") ?? false
  }
}
