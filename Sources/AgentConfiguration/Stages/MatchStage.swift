/// Stages for the entries that a selector fits.
public struct MatchStage: Sendable {
  public enum Action: String, CaseIterable, Sendable {
    case keep, drop
  }

  public var selector: MatchSelector
  public var stages: [StageConfiguration]
  public var action = Action.keep
  public var pipelineName: String?
  public var dropCounterReason = "match_stage"

  init?(_ options: inout StageOptions) {
    stages = options.stages("stages")
    pipelineName = options.string("pipeline_name")
    if pipelineName == "" { options.refuse("pipeline_name must not be empty", "pipeline_name") }
    if let reason = options.string("drop_counter_reason"), !reason.isEmpty { dropCounterReason = reason }
    if let text = options.string("action"), !text.isEmpty {
      if let named = Action(rawValue: text) {
        action = named
      } else {
        options.refuse("action \"\(text)\" is neither keep nor drop", "action")
      }
    }
    if action == .drop, options.has("stages") { options.refuse("action: drop takes no stages", "stages") }
    if action == .keep, !options.has("stages") { options.refuse("stage \"match\" needs stages") }
    guard let text = options.requiredString("selector") else { return nil }
    do {
      selector = try MatchSelector(text)
    } catch {
      options.refuse(
        "the selector does not hold: \(error.description)", "selector",
        hint: #"write it like {job="app"} |= "error""#)
      return nil
    }
  }
}
